// What one configuration file says: a tree of values, and the line each key stands on.
// Made by the readers (yaml, json, ini), used by merge. It knows neither keys nor their meaning.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/text.h"

namespace config {

struct Document {
    nlohmann::json value = nlohmann::json::object();
    // "timeout" → 3, "aliases/web" → 7: lines from 1, of the keys of the two outer levels, where they are
    // known.
    std::map<std::string, int> lines;

    // A key that its mapping has twice, "aliases.web"; the later counts.
    struct Repeated {
        std::string key;
        int line = 0;
        int first_line = 0;
    };
    std::vector<Repeated> repeated;
};

// How a key of a mapping within the mapping is written in `lines`.
[[nodiscard]] inline std::string key_path(const std::string& outer, const std::string& key) {
    return outer.empty() ? key : outer + "/" + key;
}

// The one form of a complaint about a place in a file: "name:line: what".
[[nodiscard]] inline std::unexpected<base::Error> wrong_at(const std::string& name, int line,
                                                           const std::string& what) {
    return base::failure(name + ":" + std::to_string(line) + ": " + base::printable(what));
}

}  // namespace config
