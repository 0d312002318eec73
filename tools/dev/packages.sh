# shellcheck shell=bash disable=SC2034
# Which Debian packages the commands of ./dev need, and `need`, which installs those that are missing. Sourced by ./dev.

# The program is linked statically: none of the libraries is needed to run it.
build_packages=(g++ cmake ninja-build ccache libboost1.81-dev nlohmann-json3-dev libyaml-cpp-dev libinih-dev libcli11-dev
    libfmt-dev libgtest-dev)
test_packages=(python3 python3-pytest python3-pytest-xdist python3-yaml procps psmisc curl man-db bash-completion zsh fish
    perl strace util-linux mount)
lint_packages=(clang-format clang-tidy-19 cppcheck shellcheck)
valgrind_packages=(valgrind libc6-dbg)
example_packages=(postgresql redis-server nginx curl python3 python3-psycopg2 python3-redis)
bench_packages=(python3)
# What is compared with; one at a time, since a release of Debian may do without one.
peer_packages=(s6 runit supervisor)

# need PACKAGE...: one dpkg-query when nothing is missing, so that every command can afford to ask.
need() {
    local missing
    mapfile -t missing < <(comm -13 <(installed "$@") <(printf '%s\n' "$@" | sort -u))
    if [ "${#missing[@]}" -gt 0 ]; then
        as_root tools/dev/install "${missing[@]}"
    fi
}

installed() {
    dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | sort -u
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo --preserve-env=http_proxy,https_proxy,no_proxy "$@"
    else
        echo "dev: not root, and no sudo, to run: $*" >&2
        return 1
    fi
}
