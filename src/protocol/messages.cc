#include "protocol/messages.h"

#include <nlohmann/json.hpp>

namespace model {

namespace {

template <class T>
nlohmann::json or_null(const std::optional<T>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

template <class T>
void read(const nlohmann::json& json, const char* key, std::optional<T>& value) {
    const auto found = json.find(key);
    if (found != json.end() && !found->is_null()) value = found->template get<T>();
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
    status.state = json.value("state", status.state);
    read(json, "pid", status.pid);
    read(json, "exitcode", status.exitcode);
    read(json, "seconds", status.seconds);
    read(json, "process", status.process);
}

}  // namespace model

namespace protocol {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Limit, resource, soft, hard)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Caller, pid, environment, umask, niceness, limits)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Defaults, timeout, settle, tracing)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(StartRequest, services, shown_prefix, caller, defaults)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(StopRequest, services, shown_prefix, force, defaults)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ClaimRequest, services, pid)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Claimed, service, pid)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ChangesRequest, services, shown_prefix, defaults)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Changes, services)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Complaint, errors)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ProcessRow, user, pid, parent, group, session, cpu, started,
                                                terminal, state, cpu_seconds, command, depth)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Event, event, service, seconds, reason, killed, last, keeper,
                                                processes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Status, version, pid, keeper, services, remarks)

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
    } catch (const nlohmann::json::exception& error) {
        return base::failure(error.what());
    }
}

template std::string to_text(const StartRequest&);
template std::string to_text(const StopRequest&);
template std::string to_text(const ClaimRequest&);
template std::string to_text(const Claimed&);
template std::string to_text(const ChangesRequest&);
template std::string to_text(const Changes&);
template std::string to_text(const Complaint&);
template std::string to_text(const Event&);
template std::string to_text(const Status&);
template base::Result<StartRequest> from_text(const std::string&);
template base::Result<StopRequest> from_text(const std::string&);
template base::Result<ClaimRequest> from_text(const std::string&);
template base::Result<Claimed> from_text(const std::string&);
template base::Result<ChangesRequest> from_text(const std::string&);
template base::Result<Changes> from_text(const std::string&);
template base::Result<Complaint> from_text(const std::string&);
template base::Result<Event> from_text(const std::string&);
template base::Result<Status> from_text(const std::string&);

}  // namespace protocol
