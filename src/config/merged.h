// One value out of many sources, and where each part of it came from. Used by interpret and check.
// It reads nothing and knows no key.
#pragma once

#include <map>
#include <string>

#include "config/sources.h"

namespace config {

class Merged {
  public:
    Merged() = default;
    explicit Merged(const std::vector<Source>& sources);

    // The sources' mappings by key, the later over the earlier; whatever is no mapping replaces.
    [[nodiscard]] const nlohmann::json& values() const { return values_; }
    // "pgctl.yaml:3", "environment variable PGCTL_TIMEOUT": who said the value of `key`, or of `inner` in
    // that mapping.
    [[nodiscard]] std::string place_of(const std::string& key, const std::string& inner = "") const;
    [[nodiscard]] Origin origin_of(const std::string& key) const;

  private:
    struct Place {
        Origin origin = Origin::built_in;
        std::string name;
    };
    void add(const Source& source);
    void note_origins(const Source& source, const std::string& key, const nlohmann::json& value);
    [[nodiscard]] const Place* find(const std::string& path) const;

    nlohmann::json values_ = nlohmann::json::object();
    std::map<std::string, Place> places_;  // by key_path()
};

}  // namespace config
