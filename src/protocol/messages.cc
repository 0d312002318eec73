#include "protocol/messages.h"

#include <cerrno>
#include <new>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "protocol/fields.h"

namespace model {

namespace {

template <class T>
nlohmann::json or_null(const std::optional<T>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

}  // namespace

void to_json(nlohmann::json& json, const ServiceStatus& status) {
    json = {{"state", status.state},
            {"pid", or_null(status.pid)},
            {"exitcode", or_null(status.exitcode)},
            {"seconds", or_null(status.seconds)},
            {"process", or_null(status.process)}};
}

void from_json(const nlohmann::json& json, ServiceStatus& status) {
    using protocol::fields::read_field;
    read_field(json, "state", status.state);
    read_field(json, "pid", status.pid);
    read_field(json, "exitcode", status.exitcode);
    read_field(json, "seconds", status.seconds);
    read_field(json, "process", status.process);
}

}  // namespace model

namespace protocol {

template <>
inline constexpr std::array kRequired<Limit>{"resource"};
template <>
inline constexpr std::array kRequired<StartRequest>{"services"};
template <>
inline constexpr std::array kRequired<StopRequest>{"services"};
template <>
inline constexpr std::array kRequired<RestartRequest>{"services"};
template <>
inline constexpr std::array kRequired<ClaimRequest>{"services"};
template <>
inline constexpr std::array kRequired<ChangesRequest>{"services"};
template <>
inline constexpr std::array kRequired<OvertakeRequest>{"services"};
template <>
inline constexpr std::array kRequired<Neighbour>{"playground", "environment", "answer"};
template <>
inline constexpr std::array kRequired<Upgrade>{"token", "program"};
template <>
inline constexpr std::array kRequired<Event>{"event"};

PGCTL_FIELDS(Limit, resource, soft, hard)
PGCTL_FIELDS(Caller, pid, environment, umask, niceness, limits)
PGCTL_FIELDS(Defaults, timeout, settle, tracing)
PGCTL_FIELDS(StartRequest, services, shown_prefix, force, caller, defaults)
PGCTL_FIELDS(StopRequest, services, shown_prefix, force, defaults)
PGCTL_FIELDS(RestartRequest, services, shown_prefix, force, caller, defaults)
PGCTL_FIELDS(ClaimRequest, services, pid)
PGCTL_FIELDS(Held, within)
PGCTL_FIELDS(Claimed, service, pid)
PGCTL_FIELDS(ChangesRequest, services, shown_prefix, defaults)
PGCTL_FIELDS(OvertakeRequest, services)
PGCTL_FIELDS(Changes, services)
PGCTL_FIELDS(Neighbour, playground, environment, answer)
PGCTL_FIELDS(Upgrade, token, program, version, failure)
PGCTL_FIELDS(Complaint, errors)
PGCTL_FIELDS(ProcessRow, user, pid, parent, group, session, cpu, started, terminal, state, cpu_seconds,
             command, depth, obstacle)
PGCTL_FIELDS(Event, event, service, seconds, reason, killed, last, processes)
PGCTL_FIELDS(Status, version, program, rejected, pid, keeper, services, remarks, unwritten_logs)

template <class Message>
std::string to_text(const Message& message) {
    // Whatever a name or a reason holds, an answer is sent: invalid UTF-8 is replaced (U+FFFD).
    return nlohmann::json(message).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <class Message>
base::Result<Message> from_text(const std::string& text) {
    try {
        const auto json = nlohmann::json::parse(text);
        if (!json.is_object()) return base::failure("not a JSON object");
        return json.get<Message>();
    } catch (const WrongField& wrong) {
        return base::failure(base::printable(wrong.path) + ": " + wrong.what);
    } catch (const nlohmann::json::exception& error) {
        return base::failure(error.what());
    } catch (const std::bad_alloc&) {
        return base::system_error("a message of " + std::to_string(text.size()) + " bytes", ENOMEM);
    }
}

template std::string to_text(const StartRequest&);
template std::string to_text(const StopRequest&);
template std::string to_text(const RestartRequest&);
template std::string to_text(const ClaimRequest&);
template std::string to_text(const Held&);
template std::string to_text(const Claimed&);
template std::string to_text(const ChangesRequest&);
template std::string to_text(const OvertakeRequest&);
template std::string to_text(const Changes&);
template std::string to_text(const Neighbour&);
template std::string to_text(const Upgrade&);
template std::string to_text(const Complaint&);
template std::string to_text(const Event&);
template std::string to_text(const Status&);
template base::Result<StartRequest> from_text(const std::string&);
template base::Result<StopRequest> from_text(const std::string&);
template base::Result<RestartRequest> from_text(const std::string&);
template base::Result<ClaimRequest> from_text(const std::string&);
template base::Result<Held> from_text(const std::string&);
template base::Result<Claimed> from_text(const std::string&);
template base::Result<ChangesRequest> from_text(const std::string&);
template base::Result<OvertakeRequest> from_text(const std::string&);
template base::Result<Changes> from_text(const std::string&);
template base::Result<Neighbour> from_text(const std::string&);
template base::Result<Upgrade> from_text(const std::string&);
template base::Result<Complaint> from_text(const std::string&);
template base::Result<Event> from_text(const std::string&);
template base::Result<Status> from_text(const std::string&);

}  // namespace protocol
