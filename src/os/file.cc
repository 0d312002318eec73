#include "os/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "os/fd.h"

namespace os {

base::Result<std::string> read_file(const std::string& path, size_t limit) {
    // O_NONBLOCK: opening a FIFO of that name must not hang.
    const auto file = open(path, O_RDONLY | O_NONBLOCK);
    if (!file) return base::passed_on(file.error());
    auto content = read_to_end(file->get(), limit);
    if (!content) return base::system_error(path, content.error().number);
    return content;
}

base::Result<std::optional<std::string>> read_file_if_exists(const std::string& path, size_t limit) {
    auto content = read_file(path, limit);
    if (content) return std::move(*content);
    if (content.error().number == ENOENT || content.error().number == ENOTDIR) return std::nullopt;
    return base::passed_on(content.error());
}

base::Status replace_file(const std::string& path, std::string_view content, mode_t mode) {
    const std::string beside = path + ".new";
    auto file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode);
    if (!file) return base::passed_on(file.error());
    if (const auto written = write_all(file->get(), content); !written) {
        ::unlink(beside.c_str());
        return base::system_error(beside, written.error().number);
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) return base::system_error(path);
    return {};
}

base::Status overwrite_file(const std::string& path, std::string_view content, mode_t mode) {
    auto file = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, mode);
    if (!file) return base::passed_on(file.error());
    const auto written = write_all(file->get(), content);
    if (!written) return base::system_error(path, written.error().number);
    if (::ftruncate(file->get(), static_cast<off_t>(content.size())) != 0) return base::system_error(path);
    return {};
}

base::Status make_directories(const std::string& path, mode_t mode) {
    if (::mkdir(path.c_str(), mode) == 0) return {};
    const int error = errno;
    if (error == EEXIST && kind_of(path) == FileKind::directory) return {};
    if (error != ENOENT || path == parent_of(path)) return base::system_error(path, error);
    if (auto parent = make_directories(parent_of(path), mode); !parent) return parent;
    if (::mkdir(path.c_str(), mode) == 0) return {};
    const int again = errno;
    if (again == EEXIST && kind_of(path) == FileKind::directory) return {};
    return base::system_error(path, again);
}

base::Status make_private_directories(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0) return {};
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return make_directories(path, 0700);
    if (!S_ISDIR(found.st_mode)) return base::system_error(path, ENOTDIR);
    const bool is_private = (found.st_mode & 0077) == 0;
    if (!is_private && ::chmod(path.c_str(), 0700) != 0) return base::system_error(path);
    return {};
}

base::Result<std::vector<std::string>> list_directory(const std::string& path, std::string_view prefix) {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
    if (!directory) return base::system_error(path);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string_view name = entry->d_name;
        if (name.starts_with(prefix) && name != "." && name != "..") names.emplace_back(name);
    }
    std::ranges::sort(names);
    return names;
}

base::Status remove_tree(const std::string& path) {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) return base::system_error(path, error.value());
    return {};
}

FileKind kind_of(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return FileKind::missing;
    if (S_ISREG(found.st_mode)) return FileKind::regular;
    return S_ISDIR(found.st_mode) ? FileKind::directory : FileKind::other;
}

bool exists(const std::string& path) {
    return kind_of(path) != FileKind::missing;
}

bool executable(const std::string& path) {
    return kind_of(path) == FileKind::regular && ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0;
}

base::Result<dev_t> device_of(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return base::system_error(path);
    return found.st_dev;
}

base::Result<std::string> working_directory() {
    std::string buffer(PATH_MAX, '\0');
    if (::getcwd(buffer.data(), buffer.size()) == nullptr) return base::system_error("working directory");
    buffer.resize(buffer.find('\0'));
    // Linux marks a directory outside of the process's root this way (man 2 getcwd).
    if (!buffer.starts_with('/')) return base::system_error("working directory", ENOENT);
    return buffer;
}

std::string join_path(std::string_view directory, std::string_view name) {
    if (name.starts_with('/')) return std::string(name);
    std::string joined(directory);
    if (!joined.ends_with('/')) joined += '/';
    return joined.append(name);
}

std::string parent_of(std::string_view path) {
    const size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return ".";
    return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

std::string name_of(std::string_view path) {
    const size_t slash = path.rfind('/');
    return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string normalized(std::string_view path, std::string_view base) {
    std::string clean = std::filesystem::path(join_path(base, path)).lexically_normal().string();
    if (clean.size() > 1 && clean.ends_with('/')) clean.pop_back();
    return clean;
}

std::string relative_below(const std::string& path, const std::string& directory) {
    const std::string prefix = directory == "/" ? directory : directory + "/";
    return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

}  // namespace os
