// The fixed-size records that the roles of one playground exchange through FIFOs in its runtime directory.
// Keepers and the logger write Report records for the supervisor; the supervisor writes Command records for
// the playground's keeper and for the logger. All are far below PIPE_BUF, so a write is all or nothing (man 7
// pipe), and they wait in the kernel while their reader is being replaced. Plain data: a keeper has no heap.
#pragma once

#include <climits>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace protocol {

inline constexpr std::uint32_t kRecordMagic = 0x70676336;  // "pgc6"

enum class ReportKind : std::uint32_t {
    keeper_forked = 1,  // by the playground's keeper: `pid` is the new service keeper, `token` its own pid
    fork_failed,        // by the playground's keeper: errno `status`
    child_ended,  // by the playground's keeper: its child `pid` (a service's keeper, or an orphan) ended with
                  // wait status `status`
    synced,       // by the playground's keeper: everything commanded before sync `token` is done
    main_started,  // by a service's keeper: ./run is executed as `pid`
    spawn_failed,  // by a service's keeper: `stage` failed with errno `status`; `token` as in main_ended
    main_ended,   // by a service's keeper: the main process `pid` ended with wait status `status`; `token` is
                  // 1 where nothing is left below the keeper
    set_empty,    // by a service's keeper: nothing is left below it
    standing,     // by a service's keeper, when asked: the main process is `pid` (0: none, and the last one
                  // ended with `status`), `token` as in main_ended
    drained,      // by the logger: all output of the service up to the drain `token` is in its file
    log_blocked,  // by the logger: writing the service's log fails with errno `status`; it is tried again
    log_resumed,  // by the logger: writing goes on
    logger_began,  // by the logger: a new one, which knows no service's slot yet
    upgraded,      // by the playground's keeper: the program that the upgrade `token` is about has proven fit
    upgrade_failed,  // by the playground's keeper: it has not, and the old one is back; `generation` is the
                     // model::UpgradeFault, `status` as told there
    poll_begun,      // by pgctl-poll-ready, which is process `pid` of a service: its check may begin
};

// Where a spawn can fail, in order.
enum class SpawnStage : std::uint32_t {
    none,
    fork,
    session,
    spawn_file,
    working_directory,
    output,
    notification,
    limits,
    exec
};

struct Report {
    std::uint32_t magic = kRecordMagic;
    ReportKind kind{};
    std::uint32_t service = 0;     // slot of the service in the state file, when its keeper was forked
    std::uint32_t generation = 0;  // which life of the service: copied from the command that began it
    std::int32_t pid = 0;
    std::int32_t status = 0;
    SpawnStage stage = SpawnStage::none;
    std::uint32_t token = 0;
    std::int64_t at = 0;           // CLOCK_MONOTONIC, nanoseconds
    std::uint64_t start_time = 0;  // of `pid`, clock ticks since boot, 0 where unknown
    std::int32_t keeper = 0;       // by a service's keeper: its own pid
    std::uint8_t reserved[12] = {};
};
static_assert(sizeof(Report) == 64 && std::is_trivially_copyable_v<Report>);

enum class CommandKind : std::uint32_t {
    fork_keeper =
        1,   // to the playground's keeper: fork a keeper for `service`/`name`, which begins life `generation`
    sync,    // to the playground's keeper: answer with `synced` and the same token
    finish,  // to the playground's keeper, and by it to the logger: end
    restore,   // to the playground's keeper: what it made in the runtime directory was deleted
    leave,     // to the logger `pid`, by the keeper: end at once, between two batches; another one is started
    open_log,  // to the logger: read the service's output FIFO into its log from now on
    drain_log,        // to the logger: empty the FIFO into the log, end an unfinished line, answer `drained`
    close_log,        // to the logger: drain, then forget the service
    start_neighbour,  // to the playground's keeper: start another playground's, as the file `name` says
    upgrade,  // to the playground's keeper: start our roles anew from the program of process `pid`, if it is
              // the one that os::program_identity() calls `name`
    fit,      // to the playground's keeper, by the role `pid` of a program on trial: it can do its work
};

inline constexpr std::size_t kNameCapacity = 256;  // NAME_MAX and the terminating NUL

struct Command {
    std::uint32_t magic = kRecordMagic;
    CommandKind kind{};
    std::uint32_t service = 0;
    std::uint32_t generation = 0;
    std::uint32_t token = 0;
    std::int32_t pid = 0;
    std::uint32_t reserved[2] = {};
    char name[kNameCapacity] = {};  // of the service's directory, of a file, or of a program; NUL-terminated

    void set_name(std::string_view text) {
        const std::size_t length = text.size() < kNameCapacity ? text.size() : kNameCapacity - 1;
        std::memcpy(name, text.data(), length);
        name[length] = '\0';
    }
};
static_assert(sizeof(Command) == 288 && sizeof(Command) <= PIPE_BUF && std::is_trivially_copyable_v<Command>);

}  // namespace protocol
