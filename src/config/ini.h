// Reads INI text into a Document, as Python's configparser does for pgctl: section [pgctl], keys in lower
// case. Used by config_file. It opens no file; every value is a string or, for a key that ends in _list, a
// list of strings.
#pragma once

#include <string>
#include <string_view>

#include "config/document.h"

namespace config {

// `name` stands before the line in an error. "key = value" and "key: value"; lines indented deeper than their
// key go on with its value; [DEFAULT] holds what [pgctl] does not say; "%%" is a percent sign and "%(key)s"
// another key's value; "key_list = a b" is the list `key`. No section [pgctl], or a key given twice, is an
// error.
[[nodiscard]] base::Result<Document> parse_ini(std::string_view text, const std::string& name);

}  // namespace config
