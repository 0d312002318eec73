#include "config/script.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/path_status.h"

namespace config {

namespace {

constexpr size_t kLargestHashed = 256 << 10;  // bytes; a service may be a binary of a hundred MiB
constexpr size_t kKernelReads = 256;          // BINPRM_BUF_SIZE: the interpreter line must fit

class Fnv1a {
  public:
    void add(std::string_view bytes) {
        for (const char c : bytes) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    [[nodiscard]] std::uint64_t value() const { return std::max<std::uint64_t>(hash_, 1); }

  private:
    std::uint64_t hash_ = 0xcbf29ce484222325;
};

std::uint64_t fingerprint_of(const os::PathStatus& status, std::string_view content) {
    const bool may_execute = (status.permissions & 0111) != 0;
    Fnv1a hash;
    hash.add(may_execute ? "x" : "-");
    if (status.size > kLargestHashed) {
        hash.add(std::to_string(status.size) + " " + std::to_string(status.modified));
    } else {
        hash.add(content);
    }
    return hash.value();
}

// Nothing where it can't be read, which alone is no reason that it can't be run.
std::optional<std::string> beginning_of(const std::string& path, size_t limit) {
    const auto file = os::open(path, O_RDONLY | O_NONBLOCK);
    if (!file) return std::nullopt;
    std::string content(limit, '\0');
    size_t length = 0;
    while (length < limit) {
        const auto count = os::read_some(file->get(), std::span(content).subspan(length));
        if (!count) return std::nullopt;
        if (*count == 0) break;
        length += *count;
    }
    content.resize(length);
    return content;
}

// As a word of a shell command, for suggestions.
std::string shell_word(const std::string& text) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+,:@%";
    if (text.find_first_not_of(plain) == std::string::npos) return text;
    std::string word = "'";
    for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

std::string suggestion(const std::string& interpreter) {
    const std::vector<std::string> usual = {"/bin/bash",    "/bin/sh",       "/usr/bin/bash",
                                            "/usr/bin/env", "/usr/bin/perl", "/usr/bin/python3"};
    const auto meant = base::closest(interpreter, usual);
    return meant && os::executable(*meant) ? "; did you mean " + *meant + "?" : "";
}

std::string interpreter_complaint(std::string_view line, const std::string& directory) {
    const std::vector<std::string> words = base::words(line.substr(2));
    if (words.empty()) return ":1: '#!' names no interpreter";
    const std::string& interpreter = words.front();
    const std::string path = os::join_path(directory, interpreter);
    if (os::executable(path)) return "";
    const bool missing = os::kind_of(path) == os::FileKind::missing;
    return ":1: its interpreter " + base::printable(interpreter) +
           (missing ? " does not exist" + suggestion(interpreter) : " is not executable");
}

bool looks_like_text(std::string_view line) {
    return std::ranges::none_of(
        line, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r'; });
}

// Of a file that is regular and executable; `start` is its first kKernelReads bytes or more.
std::string content_complaint(std::string_view start, const std::string& shown,
                              const std::string& directory) {
    if (start.empty()) return ": is empty; begin it with #!/bin/sh";
    const std::string_view line = start.substr(0, std::min({start.find('\n'), start.size(), kKernelReads}));
    if (line.starts_with("\x7f"
                         "ELF") ||
        !looks_like_text(line))
        return "";
    if (line.ends_with('\r')) return ":1: has CRLF line ends; run: sed -i 's/\\r$//' " + shell_word(shown);
    if (line.starts_with("#!")) return interpreter_complaint(line, directory);
    return ":1: has no interpreter line; begin it with #!/bin/sh";
}

std::string complaint_about(const std::string& path, const std::string& shown, const std::string& directory,
                            os::FileKind kind, const std::optional<std::string>& content) {
    if (kind == os::FileKind::directory) return ": is a directory, not a program";
    if (kind != os::FileKind::regular) return ": is not a regular file";
    if (!os::executable(path)) return ": is not executable; run: chmod +x " + shell_word(shown);
    return content ? content_complaint(*content, shown, directory) : "";
}

}  // namespace

Script inspect_script(const std::string& path, const std::string& shown,
                      const std::string& working_directory) {
    const auto status = os::status_of(path);
    if (!status) {
        if (!os::entry_may_exist(path)) return {};
        return {.exists = true,
                .fingerprint = 1,
                .complaint = shown + ": " + std::strerror(status.error().number)};
    }
    std::optional<std::string> content;
    if (status->kind == os::FileKind::regular) {
        content = beginning_of(path, status->size > kLargestHashed ? kKernelReads : status->size + 1);
    }
    std::string complaint = complaint_about(path, shown, working_directory, status->kind, content);
    if (!complaint.empty()) complaint.insert(0, shown);
    return {.exists = true,
            .fingerprint = fingerprint_of(*status, content.value_or("")),
            .names_poll_ready = content && content->find("pgctl-poll-ready") != std::string::npos,
            .complaint = std::move(complaint)};
}

}  // namespace config
