#include "config/document_builder.h"

#include <utility>

namespace config {

namespace {

constexpr size_t kDeepest = 100;
constexpr size_t kLargest = 8 << 20;   // bytes, about, in memory
constexpr size_t kBytesPerValue = 64;  // a value's own share, with its place in a map

size_t size_of(const nlohmann::json& value) {
    size_t size = kBytesPerValue;
    if (value.is_string()) size += value.get_ref<const std::string&>().size();
    if (!value.is_structured()) return size;
    for (const auto& [key, inner] : value.items()) size += key.size() + size_of(inner);
    return size;
}

}  // namespace

bool DocumentBuilder::expects_key() const {
    return !levels_.empty() && levels_.back().container.is_object() && !levels_.back().has_key;
}

// A key that came with "<<" may be written again: what is written counts.
void DocumentBuilder::note_line(const std::string& name, int line) {
    const auto [first, is_new] = levels_.back().lines.try_emplace(name, line);
    if (is_new) return;
    std::string path;
    for (const Level& level : levels_) {
        if (level.container.is_object()) path += (path.empty() ? "" : ".") + level.key;
    }
    document_.repeated.push_back({.key = std::move(path), .line = line, .first_line = first->second});
}

void DocumentBuilder::key(const std::string& name, int line) {
    charge(name.size());
    Level& level = levels_.back();
    level.key = name;
    level.has_key = true;
    note_line(name, line);
    if (levels_.size() == 1) document_.lines[name] = line;
    if (levels_.size() == 2) document_.lines[key_path(levels_.front().key, name)] = line;
}

void DocumentBuilder::merge_key() {
    levels_.back().has_key = true;
    levels_.back().merges = true;
}

void DocumentBuilder::scalar(nlohmann::json value) {
    charge(value);
    place(std::move(value));
}

void DocumentBuilder::open(nlohmann::json container) {
    charge(kBytesPerValue);
    if (levels_.size() >= kDeepest) problem_ = "nested too deeply";
    levels_.push_back({.container = std::move(container), .key = {}});
}

nlohmann::json DocumentBuilder::finished() {
    nlohmann::json value = std::move(levels_.back().container);
    levels_.pop_back();
    return value;
}

void DocumentBuilder::place(nlohmann::json value) {
    if (levels_.empty()) {
        document_.value = std::move(value);
        return;
    }
    Level& level = levels_.back();
    if (level.container.is_array()) {
        level.container.push_back(std::move(value));
    } else if (level.merges) {
        merge_into(level.container, value);
    } else {
        level.container[level.key] = std::move(value);
    }
    level.has_key = level.merges = false;
}

void DocumentBuilder::merge_into(nlohmann::json& mapping, const nlohmann::json& values) {
    if (values.is_array()) {
        for (const auto& inner : values) merge_into(mapping, inner);
        return;
    }
    if (!values.is_object()) {
        problem_ = "'<<' needs a mapping or a list of mappings";
        return;
    }
    for (const auto& [key, value] : values.items()) {
        if (!mapping.contains(key)) mapping[key] = value;
    }
}

void DocumentBuilder::charge(const nlohmann::json& value) {
    charge(size_of(value));
}

void DocumentBuilder::charge(size_t bytes) {
    size_ += bytes;
    if (size_ > kLargest) problem_ = "too large";
}

Document DocumentBuilder::take() {
    return std::move(document_);
}

}  // namespace config
