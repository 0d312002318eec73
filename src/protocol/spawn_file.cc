#include "protocol/spawn_file.h"

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

std::vector<std::string> environment_in(const std::string& spawn_file) {
    std::vector<std::string> environment;
    SpawnHeader header;
    if (spawn_file.size() < sizeof header) return environment;
    std::memcpy(&header, spawn_file.data(), sizeof header);
    if (header.magic != kSpawnMagic || header.size != spawn_file.size()) return environment;
    for (std::uint64_t at = header.environment; at + sizeof at <= spawn_file.size(); at += sizeof at) {
        std::uint64_t offset = 0;
        std::memcpy(&offset, spawn_file.data() + at, sizeof offset);
        if (offset == 0 || offset >= spawn_file.size()) break;
        environment.emplace_back(spawn_file.c_str() + offset);
    }
    return environment;
}

}  // namespace protocol
