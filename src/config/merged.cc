#include "config/merged.h"

namespace config {

namespace {

void merge(nlohmann::json& old, const nlohmann::json& added) {
    for (const auto& [key, value] : added.items()) {
        nlohmann::json& slot = old[key];
        if (slot.is_object() && value.is_object()) {
            merge(slot, value);
        } else {
            slot = value;
        }
    }
}

std::string place_in(const Source& source, const std::string& path) {
    const auto line = source.document.lines.find(path);
    if (line == source.document.lines.end()) return source.name;
    return source.name + ":" + std::to_string(line->second);
}

}  // namespace

Merged::Merged(const std::vector<Source>& sources) {
    for (const Source& source : sources) add(source);
}

void Merged::add(const Source& source) {
    for (const auto& [key, value] : source.document.value.items()) note_origins(source, key, value);
    merge(values_, source.document.value);
}

void Merged::note_origins(const Source& source, const std::string& key, const nlohmann::json& value) {
    places_[key] = {source.origin, place_in(source, key)};
    if (!value.is_object()) return;
    for (const auto& [inner, unused] : value.items()) {
        const std::string path = key_path(key, inner);
        places_[path] = {source.origin, place_in(source, path)};
    }
}

const Merged::Place* Merged::find(const std::string& path) const {
    const auto found = places_.find(path);
    return found == places_.end() ? nullptr : &found->second;
}

std::string Merged::place_of(const std::string& key, const std::string& inner) const {
    const Place* place = inner.empty() ? nullptr : find(key_path(key, inner));
    if (place == nullptr) place = find(key);
    return place == nullptr ? "default" : place->name;
}

Origin Merged::origin_of(const std::string& key) const {
    const Place* place = find(key);
    return place == nullptr ? Origin::built_in : place->origin;
}

}  // namespace config
