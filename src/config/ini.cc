#include "config/ini.h"

#include <ini.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/text.h"
#include "config/words.h"

namespace config {

namespace {

constexpr std::string_view kSection = "pgctl";
constexpr std::string_view kDefaultSection = "DEFAULT";
constexpr std::string_view kListSuffix = "_list";
constexpr int kDeepestReference = 10;  // configparser's MAX_INTERPOLATION_DEPTH

struct Entry {
    std::string value;
    int line = 0;
};
using Entries = std::map<std::string, Entry>;

// Hands the lines to inih, and holds what inih finds. inih takes every indented line for the rest of the
// value above; configparser only those indented deeper than their key, so the others lose their indent on the
// way.
class IniLines {
  public:
    explicit IniLines(std::string_view text) : rest_(text) {}

    [[nodiscard]] int parse();
    std::map<std::string, Entries> sections;
    std::optional<std::pair<int, std::string>> problem;  // line, what

  private:
    static char* next_line(char* buffer, int size, void* self);
    static int entry(void* self, const char* section, const char* key, const char* value);
    std::string_view take_line();
    std::string_view without_misleading_indent(std::string_view line);
    int add(const std::string& section, const std::string& key, std::string_view value);

    std::string_view rest_;
    int line_ = 0;
    bool continues_ = false;        // the line given out last goes on with a value
    std::optional<size_t> indent_;  // of the key whose value may go on
    Entry* last_ = nullptr;
};

int IniLines::parse() {
    ini_allow_inline_comments = false;
    ini_use_stack = false;
    // Room for the longest line, with the line end and the NUL: inih cuts lines that don't fit.
    ini_max_line = static_cast<int>(rest_.size()) + 3;
    ini_initial_alloc = ini_max_line;
    return ini_parse_stream(&IniLines::next_line, this, &IniLines::entry, this);
}

std::string_view IniLines::take_line() {
    const size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++line_;
    return line;
}

std::string_view IniLines::without_misleading_indent(std::string_view line) {
    const std::string_view text = base::trim(line);
    continues_ = false;
    if (text.empty() || text[0] == '#' || text[0] == ';') return text;
    const size_t indent = line.find_first_not_of(" \t");
    if (indent_ && indent > *indent_) {
        continues_ = true;
        return line;
    }
    indent_ = text[0] == '[' ? std::nullopt : std::optional(indent);
    return text;
}

char* IniLines::next_line(char* buffer, int size, void* self) {
    auto& lines = *static_cast<IniLines*>(self);
    if (lines.rest_.empty()) return nullptr;
    const std::string_view line = lines.without_misleading_indent(lines.take_line());
    const size_t length = std::min(line.size(), static_cast<size_t>(size) - 2);
    std::copy_n(line.begin(), length, buffer);
    buffer[length] = '\n';
    buffer[length + 1] = '\0';
    return buffer;
}

int IniLines::entry(void* self, const char* section, const char* key, const char* value) {
    return static_cast<IniLines*>(self)->add(section, lower_case(key), value);
}

int IniLines::add(const std::string& section, const std::string& key, std::string_view value) {
    if (continues_ && last_ != nullptr) {
        last_->value.append("\n").append(value);
        return 1;
    }
    if (section.empty() || key.empty()) return 0;
    const auto [entry, is_new] =
        sections[section].try_emplace(key, Entry{.value = std::string(value), .line = line_});
    if (!is_new && !problem) problem = {line_, "'" + base::printable(key) + "' is given twice"};
    last_ = &entry->second;
    return 1;
}

// configparser's BasicInterpolation.
class References {
  public:
    explicit References(const Entries& entries) : entries_(entries) {}
    [[nodiscard]] base::Result<std::string> resolved(std::string_view value, int depth = 0) const;

  private:
    [[nodiscard]] base::Result<std::string> value_of(const std::string& key, int depth) const;
    const Entries& entries_;
};

base::Result<std::string> References::value_of(const std::string& key, int depth) const {
    const auto found = entries_.find(lower_case(key));
    if (found == entries_.end()) return base::failure("'%(" + key + ")s' refers to a key that is not there");
    if (depth >= kDeepestReference) return base::failure("'%(" + key + ")s' leads too deep");
    return resolved(found->second.value, depth + 1);
}

base::Result<std::string> References::resolved(std::string_view value, int depth) const {
    std::string result;
    for (size_t percent = 0; (percent = value.find('%')) != std::string_view::npos;) {
        result += value.substr(0, percent);
        value.remove_prefix(percent + 1);
        // Looked for only behind "(": else a long value of percent signs takes quadratic time.
        const size_t end = value.starts_with('(') ? value.find(")s") : std::string_view::npos;
        if (value.starts_with('%')) {
            result += '%';
            value.remove_prefix(1);
        } else if (end != std::string_view::npos) {
            const auto inner = value_of(std::string(value.substr(1, end - 1)), depth);
            if (!inner) return inner;
            result += *inner;
            value.remove_prefix(end + 2);
        } else {
            return base::failure("'%' must be followed by '%' or '(key)s'");
        }
        if (result.size() > 1 << 20) return base::failure("too large");
    }
    return result.append(value);
}

base::Result<Document> document_of(const Entries& entries, const std::string& name) {
    Document document;
    const References references(entries);
    for (const auto& [key, entry] : entries) {
        const auto value = references.resolved(entry.value);
        if (!value) return wrong_at(name, entry.line, value.error().what);
        const bool is_list = key.ends_with(kListSuffix);
        const std::string plain = is_list ? key.substr(0, key.size() - kListSuffix.size()) : key;
        document.value[plain] = is_list ? nlohmann::json(base::words(*value)) : nlohmann::json(*value);
        document.lines[plain] = entry.line;
    }
    return document;
}

}  // namespace

base::Result<Document> parse_ini(std::string_view text, const std::string& name) {
    if (const size_t nul = text.find('\0'); nul != std::string_view::npos)
        return wrong_at(name, 1 + static_cast<int>(std::ranges::count(text.substr(0, nul), '\n')),
                        "not a text file");
    IniLines lines(text);
    if (const int wrong_line = lines.parse(); wrong_line > 0) {
        return wrong_at(name, wrong_line, "neither a section, nor a comment, nor 'key = value' in a section");
    }
    if (lines.problem) return wrong_at(name, lines.problem->first, lines.problem->second);
    // An empty section makes inih say nothing, but the user has written it.
    Entries entries = lines.sections[std::string(kSection)];
    if (entries.empty() && text.find("[pgctl]") == std::string_view::npos) {
        return wrong_at(name, 1, "there is no section [pgctl]");
    }
    entries.merge(lines.sections[std::string(kDefaultSection)]);
    return document_of(entries, name);
}

}  // namespace config
