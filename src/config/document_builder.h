// Puts a Document together from the events of a parser, within bounds: no input, however small, makes it deep
// or large. Used by the yaml and json readers. It parses nothing.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/document.h"

namespace config {

class DocumentBuilder {
  public:
    // Whether the next scalar is a key of a mapping.
    [[nodiscard]] bool expects_key() const;
    void key(const std::string& name, int line);
    // YAML's "<<": the next value is a mapping, or a list of them, whose entries stand for those not given
    // here.
    void merge_key();
    void scalar(nlohmann::json value);
    // Opens a mapping or a list; `finished` closes it and gives it out, and `place` puts a value where it
    // belongs.
    void open(nlohmann::json container);
    [[nodiscard]] nlohmann::json finished();
    void place(nlohmann::json value);
    // Counts a copy of `value` that somebody keeps or places.
    void charge(const nlohmann::json& value);

    // What went wrong, empty where nothing did. Once it says something the rest is to be thrown away.
    [[nodiscard]] const std::string& problem() const { return problem_; }
    [[nodiscard]] Document take();

  private:
    struct Level {
        nlohmann::json container;
        std::string key;
        std::map<std::string, int> lines = {};  // of the keys that were written in it
        bool has_key = false;
        bool merges = false;
    };
    void charge(size_t bytes);
    void note_line(const std::string& name, int line);
    void merge_into(nlohmann::json& mapping, const nlohmann::json& values);

    std::vector<Level> levels_;
    Document document_;
    size_t size_ = 0;
    std::string problem_;
};

}  // namespace config
