#include "config/json_text.h"

#include <cstddef>
#include <iterator>

#include "config/document_builder.h"

namespace config {

namespace {

// Where the parser is, for the line of a key: nlohmann's parser tells a place only when it fails.
class Position {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    Position(const char* at, int* line) : at_(at), line_(line) {}
    reference operator*() const { return *at_; }
    Position& operator++() {
        if (*at_ == '\n') ++*line_;
        ++at_;
        return *this;
    }
    Position operator++(int) {
        const Position before = *this;
        ++*this;
        return before;
    }
    bool operator==(const Position& other) const { return at_ == other.at_; }

  private:
    const char* at_;
    int* line_;
};

// "[json.exception.parse_error.101] parse error at line 2, column 5: syntax error …" without what we say
// ourselves.
std::string cause_of(const std::string& message) {
    const size_t place = message.find(" column ");
    const size_t colon = message.find(": ", place == std::string::npos ? 0 : place);
    return colon == std::string::npos ? message : message.substr(colon + 2);
}

// nlohmann's SAX interface; a handler that returns false ends the parsing.
class JsonEvents {
  public:
    explicit JsonEvents(const int* line) : line_(line) {}

    bool null() { return scalar(nullptr); }
    bool boolean(bool value) { return scalar(value); }
    bool number_integer(std::int64_t value) { return scalar(value); }
    bool number_unsigned(std::uint64_t value) { return scalar(value); }
    bool number_float(double value, const std::string&) { return scalar(value); }
    bool string(std::string& value) { return scalar(value); }
    bool binary(nlohmann::json::binary_t&) { return false; }  // not in JSON text
    bool start_object(size_t) { return open(nlohmann::json::object()); }
    bool start_array(size_t) { return open(nlohmann::json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& name) {
        builder_.key(name, *line_);
        return fine();
    }
    bool parse_error(size_t, const std::string&, const nlohmann::json::exception& error) {
        syntax_error_ = cause_of(error.what());
        return false;
    }

    [[nodiscard]] std::string problem() const {
        return syntax_error_.empty() ? builder_.problem() : syntax_error_;
    }
    Document take() { return builder_.take(); }

  private:
    bool fine() const { return builder_.problem().empty(); }
    bool scalar(nlohmann::json value) {
        builder_.scalar(std::move(value));
        return fine();
    }
    bool open(nlohmann::json container) {
        builder_.open(std::move(container));
        return fine();
    }
    bool close() {
        builder_.place(builder_.finished());
        return fine();
    }

    DocumentBuilder builder_;
    const int* line_;
    std::string syntax_error_;
};

}  // namespace

base::Result<Document> parse_json(std::string_view text, const std::string& name) {
    int line = 1;
    JsonEvents events(&line);
    const Position begin(text.data(), &line);
    const Position end(text.data() + text.size(), &line);
    if (nlohmann::json::sax_parse(begin, end, &events)) return events.take();
    return wrong_at(name, line, events.problem());
}

std::string printed_json(const nlohmann::json& value) {
    return value.dump(4, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace config
