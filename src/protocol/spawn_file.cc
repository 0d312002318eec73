#include "protocol/spawn_file.h"

#include <algorithm>
#include <cstring>

namespace protocol {

namespace {

class Layout {
  public:
    Layout() : bytes_(sizeof(SpawnHeader), '\0') {}

    std::uint64_t string(const std::string& text) {
        const std::uint64_t at = bytes_.size();
        bytes_.append(text.c_str(), text.size() + 1);
        return at;
    }

    std::uint64_t strings(const std::vector<std::string>& texts) {
        std::vector<std::uint64_t> offsets;
        offsets.reserve(texts.size() + 1);
        for (const std::string& text : texts) offsets.push_back(string(text));
        offsets.push_back(0);
        return table(offsets);
    }

    template <class Row>
    std::uint64_t table(const std::vector<Row>& rows) {
        bytes_.resize((bytes_.size() + 7) / 8 * 8);  // pointers are read in place
        const std::uint64_t at = bytes_.size();
        bytes_.append(reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(Row));
        return at;
    }

    std::string finish(SpawnHeader header) {
        header.size = bytes_.size();
        std::memcpy(bytes_.data(), &header, sizeof header);
        return std::move(bytes_);
    }

  private:
    std::string bytes_;
};

std::optional<SpawnHeader> header_of(const std::string& spawn_file) {
    SpawnHeader header;
    if (spawn_file.size() < sizeof header) return {};
    std::memcpy(&header, spawn_file.data(), sizeof header);
    if (header.magic != kSpawnMagic || header.size != spawn_file.size()) return {};
    return header;
}

// Of offsets, each inside as well, and the 0 that ends it.
bool is_table_inside(const std::string& bytes, std::uint64_t at) {
    if (at == 0 || at % 8 != 0 || bytes.size() < sizeof at) return false;
    for (; at <= bytes.size() - sizeof at; at += sizeof at) {
        std::uint64_t offset = 0;
        std::memcpy(&offset, bytes.data() + at, sizeof offset);
        if (offset == 0) return true;
        if (offset >= bytes.size()) return false;
    }
    return false;
}

}  // namespace

std::string layout(const SpawnPlan& plan) {
    Layout file;
    SpawnHeader header;
    header.directory = file.string(plan.directory);
    header.output = file.string(plan.output);
    if (!plan.notification.empty()) header.notification = file.string(plan.notification);
    header.notification_fd = plan.notification_fd;
    header.umask = plan.umask;
    header.niceness = plan.niceness;
    header.set_niceness = plan.set_niceness ? 1 : 0;
    header.arguments = file.strings(plan.arguments);
    header.environment = file.strings(plan.environment);
    std::vector<SpawnLimit> limits;
    for (const Limit& limit : plan.limits) {
        limits.push_back({.resource = static_cast<std::uint64_t>(limit.resource),
                          .soft = static_cast<std::uint64_t>(limit.soft),
                          .hard = static_cast<std::uint64_t>(limit.hard)});
    }
    header.limit_count = static_cast<std::uint32_t>(limits.size());
    header.limits = file.table(limits);
    return file.finish(header);
}

bool is_laid_out(const std::string& bytes) {
    const auto header = header_of(bytes);
    if (!header) return false;
    const auto is_inside = [&](std::uint64_t offset) { return offset < bytes.size(); };
    const std::uint64_t room_for_limits =
        (bytes.size() - std::min<std::uint64_t>(header->limits, bytes.size())) / sizeof(SpawnLimit);
    return is_inside(header->directory) && is_inside(header->output) && is_inside(header->notification) &&
           is_table_inside(bytes, header->arguments) && is_table_inside(bytes, header->environment) &&
           header->limits % 8 == 0 && header->limit_count <= room_for_limits;
}

std::vector<std::string> environment_in(const std::string& spawn_file) {
    std::vector<std::string> environment;
    const auto header = header_of(spawn_file);
    if (!header) return environment;
    const std::uint64_t last = spawn_file.size() - sizeof(std::uint64_t);
    for (std::uint64_t at = header->environment; at <= last; at += sizeof at) {
        std::uint64_t offset = 0;
        std::memcpy(&offset, spawn_file.data() + at, sizeof offset);
        if (offset == 0 || offset >= spawn_file.size()) break;
        environment.emplace_back(spawn_file.c_str() + offset);
    }
    return environment;
}

std::optional<SpawnPlan> inherited_in(const std::string& spawn_file) {
    const auto header = header_of(spawn_file);
    if (!header) return {};
    SpawnPlan plan{
        .umask = header->umask, .niceness = header->niceness, .set_niceness = header->set_niceness != 0};
    for (std::uint32_t i = 0; i < header->limit_count; ++i) {
        SpawnLimit limit;
        const std::uint64_t at = header->limits + i * sizeof limit;
        if (at + sizeof limit > spawn_file.size()) return {};
        std::memcpy(&limit, spawn_file.data() + at, sizeof limit);
        plan.limits.push_back({.resource = static_cast<int>(limit.resource),
                               .soft = static_cast<std::int64_t>(limit.soft),
                               .hard = static_cast<std::int64_t>(limit.hard)});
    }
    return plan;
}

}  // namespace protocol
