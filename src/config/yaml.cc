#include "config/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>

#include "config/document_builder.h"
#include "config/yaml_scalar.h"

namespace config {

namespace {

constexpr std::string_view kYamlTag = "tag:yaml.org,2002:";

// yaml-cpp's events instead of its nodes: these carry lines, and nothing is expanded before its size is
// known. A problem leaves as the library's own exception, which parse_yaml catches with the others.
class Events : public YAML::EventHandler {
  public:
    void OnDocumentStart(const YAML::Mark& mark) override {
        if (documents_++ > 0) throw YAML::ParserException(mark, "a second document; only one is read");
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { scalar(mark, "?", anchor, ""); }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        scalar(mark, tag, anchor, text);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, tag, "seq", anchor, nlohmann::json::array());
    }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, tag, "map", anchor, nlohmann::json::object());
    }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

    Document take() { return builder_.take(); }

  private:
    void scalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text);
    void key(const YAML::Mark& mark, const std::string& tag, const std::string& text);
    void open(const YAML::Mark& mark, const std::string& tag, std::string_view kind, YAML::anchor_t anchor,
              nlohmann::json container);
    void close();
    void remember(YAML::anchor_t anchor, const nlohmann::json& value);
    void stop_at_a_problem(const YAML::Mark& mark) const {
        if (!builder_.problem().empty()) throw YAML::ParserException(mark, builder_.problem());
    }

    DocumentBuilder builder_;
    std::map<YAML::anchor_t, nlohmann::json> anchored_;
    std::vector<YAML::anchor_t> open_anchors_;
    YAML::Mark last_mark_;
    int documents_ = 0;
};

bool is_kind(const nlohmann::json& value, std::string_view kind) {
    if (kind == "null") return value.is_null();
    if (kind == "bool") return value.is_boolean();
    if (kind == "int") return value.is_number_integer();
    return kind == "float" && value.is_number();
}

nlohmann::json typed_scalar(const YAML::Mark& mark, const std::string& tag, const std::string& text) {
    if (tag.empty() || tag == "?") return plain_scalar(text);
    if (tag == "!" || tag == std::string(kYamlTag) + "str") return text;
    if (!tag.starts_with(kYamlTag)) throw YAML::ParserException(mark, "unknown tag '" + tag + "'");
    nlohmann::json value = plain_scalar(text);
    const std::string kind = tag.substr(kYamlTag.size());
    if (!is_kind(value, kind))
        throw YAML::ParserException(mark, "'" + text + "' is not of type '" + kind + "'");
    return value;
}

void Events::scalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    const std::string& text) {
    nlohmann::json value = typed_scalar(mark, tag, text);
    remember(anchor, value);
    if (builder_.expects_key()) {
        key(mark, tag, text);
    } else {
        builder_.scalar(std::move(value));
    }
    stop_at_a_problem(mark);
}

// A key is what is written: an alias may well be called `on` or `8080`.
void Events::key(const YAML::Mark& mark, const std::string& tag, const std::string& text) {
    if (tag == "?" && text == "<<") {
        builder_.merge_key();
    } else {
        builder_.key(text, mark.line + 1);
    }
}

void Events::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) throw YAML::ParserException(mark, "an alias within what it stands for");
    const nlohmann::json& value = found->second;
    if (builder_.expects_key()) {
        if (!value.is_string()) throw YAML::ParserException(mark, "a key must be a string");
        builder_.key(value.get<std::string>(), mark.line + 1);
    } else {
        // Counted before it is copied: nine lists of nine aliases each are nine bytes to a power.
        builder_.charge(value);
        stop_at_a_problem(mark);
        builder_.place(value);
    }
    stop_at_a_problem(mark);
}

void Events::open(const YAML::Mark& mark, const std::string& tag, std::string_view kind,
                  YAML::anchor_t anchor, nlohmann::json container) {
    const bool plain = tag.empty() || tag == "?" || tag == "!" || tag == std::string(kYamlTag).append(kind);
    if (!plain) throw YAML::ParserException(mark, "unknown tag '" + tag + "'");
    if (builder_.expects_key()) throw YAML::ParserException(mark, "a key must be a string");
    builder_.open(std::move(container));
    open_anchors_.push_back(anchor);
    last_mark_ = mark;
    stop_at_a_problem(mark);
}

void Events::close() {
    nlohmann::json value = builder_.finished();
    remember(open_anchors_.back(), value);
    open_anchors_.pop_back();
    builder_.place(std::move(value));
    stop_at_a_problem(last_mark_);
}

void Events::remember(YAML::anchor_t anchor, const nlohmann::json& value) {
    if (anchor == YAML::NullAnchor) return;
    builder_.charge(value);
    anchored_[anchor] = value;
}

}  // namespace

base::Result<Document> parse_yaml(std::string_view text, const std::string& name) {
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        Events events;
        while (parser.HandleNextDocument(events)) {
        }
        return events.take();
    } catch (const YAML::Exception& error) {
        return wrong_at(name, error.mark.line + 1, error.msg);
    }
}

}  // namespace config
