// Reading and writing the fields of a message by a list of their names, so that an error tells which field is
// wrong and how. Used by messages.cc alone. It knows no message; what a field means is not its business.
#pragma once

#include <array>
#include <concepts>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace protocol {

// Where in a message something is wrong: "caller.limits[0].soft", and what: "should be an integer, not a
// string". Thrown from within the library's conversions, and caught by from_text().
struct WrongField {
    std::string path;
    std::string what;
};

// What a message can't do without. Everything else keeps its default where it is not given.
template <class Message>
inline constexpr std::array<const char*, 0> kRequired{};

namespace fields {

inline std::string within(const std::string& outer, const std::string& inner) {
    if (inner.empty()) return outer;
    return inner.starts_with('[') ? outer + inner : outer + "." + inner;
}

[[noreturn]] inline void reject(const char* expected, const nlohmann::json& found) {
    throw WrongField{.path = "", .what = std::string("should be ") + expected + ", not " + found.type_name()};
}

template <class T>
void read(const nlohmann::json& json, T& value);
template <class T>
void read(const nlohmann::json& json, std::optional<T>& value);
template <class T>
void read(const nlohmann::json& json, std::vector<T>& value);
template <class T>
void read(const nlohmann::json& json, std::map<std::string, T>& value);

template <class T>
void read_at(const std::string& place, const nlohmann::json& json, T& value) {
    try {
        read(json, value);
    } catch (const WrongField& wrong) {
        throw WrongField{.path = within(place, wrong.path), .what = wrong.what};
    }
}

// The library itself takes true for 1 and cuts 1.5 to 1.
template <class T>
void read(const nlohmann::json& json, T& value) {
    if constexpr (std::same_as<T, bool>) {
        if (!json.is_boolean()) reject("true or false", json);
    } else if constexpr (std::integral<T>) {
        if (!json.is_number_integer()) reject("an integer", json);
    } else if constexpr (std::floating_point<T>) {
        if (!json.is_number()) reject("a number", json);
    } else if constexpr (std::same_as<T, std::string>) {
        if (!json.is_string()) reject("a string", json);
    } else {
        if (!json.is_object()) reject("an object", json);
    }
    json.get_to(value);
}

template <class T>
void read(const nlohmann::json& json, std::optional<T>& value) {
    if (json.is_null()) return value.reset();
    read(json, value.emplace());
}

template <class T>
void read(const nlohmann::json& json, std::vector<T>& value) {
    if (!json.is_array()) reject("a list", json);
    value.resize(json.size());
    for (size_t i = 0; i < json.size(); ++i) read_at("[" + std::to_string(i) + "]", json[i], value[i]);
}

template <class T>
void read(const nlohmann::json& json, std::map<std::string, T>& value) {
    if (!json.is_object()) reject("an object", json);
    for (const auto& [key, inner] : json.items()) read_at(key, inner, value[key]);
}

template <class T>
void read_field(const nlohmann::json& json, const char* name, T& value) {
    if (const auto found = json.find(name); found != json.end()) read_at(name, *found, value);
}

template <class Message>
void require(const nlohmann::json& json) {
    for (const char* name : kRequired<Message>) {
        if (!json.contains(name)) throw WrongField{.path = name, .what = "is missing"};
    }
}

}  // namespace fields
}  // namespace protocol

// The fields of a message, once for both directions.
#define PGCTL_WRITE_FIELD(name) json[#name] = message.name;
#define PGCTL_READ_FIELD(name) protocol::fields::read_field(json, #name, message.name);
#define PGCTL_FIELDS(Message, ...)                                                \
    inline void to_json(nlohmann::json& json, const Message& message) {           \
        json = nlohmann::json::object();                                          \
        NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(PGCTL_WRITE_FIELD, __VA_ARGS__)) \
    }                                                                             \
    inline void from_json(const nlohmann::json& json, Message& message) {         \
        protocol::fields::require<Message>(json);                                 \
        NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(PGCTL_READ_FIELD, __VA_ARGS__))  \
    }
