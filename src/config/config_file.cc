#include "config/config_file.h"

#include <array>
#include <cstring>
#include <string_view>

#include "base/text.h"
#include "config/ini.h"
#include "config/json_text.h"
#include "config/yaml.h"
#include "os/file.h"
#include "os/path_status.h"

namespace config {

namespace {

using Parser = base::Result<Document> (*)(std::string_view text, const std::string& name);
struct Format {
    std::string_view ending;
    Parser parse;
};
// Sorted, since the names of two files that compete are shown in this order.
constexpr std::array<Format, 5> kFormats = {{
    {".conf", &parse_ini},
    {".ini", &parse_ini},
    {".json", &parse_json},
    {".yaml", &parse_yaml},
    {".yml", &parse_yaml},
}};

Parser parser_for(std::string_view path) {
    for (const Format& format : kFormats) {
        if (path.ends_with(format.ending)) return format.parse;
    }
    return nullptr;
}

std::string kind_of_value(const nlohmann::json& value) {
    if (value.is_array()) return "a list";
    return std::string("a ") + value.type_name();
}

}  // namespace

std::vector<std::string> config_files_at(const std::string& prefix) {
    std::vector<std::string> found;
    for (const Format& format : kFormats) {
        std::string path = prefix + std::string(format.ending);
        if (os::entry_exists(path)) found.push_back(std::move(path));
    }
    return found;
}

base::Result<Document> read_config_file(const std::string& path, const std::string& shown) {
    const Parser parse = parser_for(path);
    if (parse == nullptr) {
        return base::failure(shown +
                             ": unknown kind of configuration; use .yaml, .yml, .json, .ini or .conf");
    }
    const auto text = os::read_file(path);
    if (!text) return base::failure(shown + ": " + std::strerror(text.error().number));
    if (!base::valid_utf8(*text)) return base::failure(shown + ": is not text in UTF-8");
    auto document = parse(*text, shown);
    if (!document) return document;
    if (document->value.is_null()) return Document{};
    if (!document->value.is_object()) {
        return base::failure(shown + ": should hold settings as 'key: value', but holds " +
                             kind_of_value(document->value));
    }
    return document;
}

}  // namespace config
