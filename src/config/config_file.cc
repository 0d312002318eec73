#include "config/config_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/text.h"
#include "config/ini.h"
#include "config/json_text.h"
#include "config/yaml.h"
#include "os/file.h"
#include "os/path_status.h"
#include "os/shortage.h"

namespace config {

namespace {

using Parser = base::Result<Document> (*)(std::string_view text, const std::string& name);
struct Format {
    std::string_view ending;
    Parser parse;
};
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

base::Result<std::vector<std::string>> config_files_at(const std::string& prefix) {
    const std::string directory = os::parent_of(prefix);
    std::vector<std::string> found;
    const auto names =
        os::persistently([&] { return os::list_directory(directory, os::name_of(prefix) + "."); });
    if (!names && (os::is_shortage(names.error().number) || names.error().number == EIO))
        return base::passed_on(names.error());
    if (!names) return found;
    for (const std::string& name : *names) {
        if (parser_for(name) != nullptr) found.push_back(os::join_path(directory, name));
    }
    return found;
}

base::Result<Document> read_config_file(const std::string& path, const std::string& shown) {
    const Parser parse = parser_for(path);
    if (parse == nullptr) {
        return base::failure(shown +
                             ": unknown kind of configuration; use .yaml, .yml, .json, .ini or .conf");
    }
    const auto status = os::status_of(path);
    if (status && status->kind != os::FileKind::regular)
        return base::failure(shown + ": is not a regular file");
    const auto text = os::read_file(path);
    if (!text) return base::failure(shown + ": " + std::strerror(text.error().number));
    if (const size_t nul = text->find('\0'); nul != std::string::npos) {
        const auto line = 1 + std::ranges::count(text->substr(0, nul), '\n');
        return base::failure(shown + ":" + std::to_string(line) + ": is not text");
    }
    if (const size_t line = base::line_of_invalid_utf8(*text); line > 0)
        return base::failure(shown + ":" + std::to_string(line) + ": is not text in UTF-8");
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
