#include "coordinator/audit/call_log.h"

#include <cmath>
#include <fstream>

#include "absl/strings/str_format.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"

namespace pawl::audit {
namespace {

// ---------------------------------------------------------------- writing

class LineWriter {
 public:
  void Text(std::string_view key, std::string_view value) {
    Key(key);
    AppendJsonString(value, &line_);
  }
  void OptionalText(std::string_view key, const std::optional<std::string>& value) {
    if (value) Text(key, *value);
  }
  void Time(std::string_view key, absl::Time time) {
    Key(key);
    const int64_t micros = absl::ToUnixMicros(time);
    absl::StrAppendFormat(&line_, "%d.%06d", micros / 1'000'000, std::abs(micros % 1'000'000));
  }
  void Events(const std::vector<ReadEvent>& events) {
    Key("events");
    line_.push_back('[');
    for (const ReadEvent& event : events) {
      if (line_.back() != '[') line_.push_back(',');
      StrAppend(&line_, "[", event.id, ",", event.previous_id, ",");
      AppendJsonString(event.type, &line_);
      StrAppend(&line_, ",", absl::ToUnixMillis(event.timestamp), ",");
      AppendJsonString(event.digest, &line_);
      line_.push_back(']');
    }
    line_.push_back(']');
  }
  std::string Finish() { return line_ + "}"; }

 private:
  void Key(std::string_view key) {
    if (line_.size() > 1) line_.push_back(',');
    AppendJsonString(key, &line_);
    line_.push_back(':');
  }

  std::string line_ = "{";
};

struct NameOf {
  std::string_view operator()(const StartExecutionCall&) { return "StartExecution"; }
  std::string_view operator()(const StopExecutionCall&) { return "StopExecution"; }
  std::string_view operator()(const DescribeExecutionCall&) { return "DescribeExecution"; }
  std::string_view operator()(const GetExecutionHistoryCall&) { return "GetExecutionHistory"; }
  std::string_view operator()(const GetActivityTaskCall&) { return "GetActivityTask"; }
  std::string_view operator()(const SendTaskSuccessCall&) { return "SendTaskSuccess"; }
  std::string_view operator()(const SendTaskFailureCall&) { return "SendTaskFailure"; }
  std::string_view operator()(const SendTaskHeartbeatCall&) { return "SendTaskHeartbeat"; }
};

struct WriteMembers {
  LineWriter& out;
  bool ok;

  void operator()(const StartExecutionCall& call) {
    out.Text("machine", call.machine);
    out.Text("name", call.name);
    out.Text("input", call.input);
    if (!ok) return;
    out.Text("execution", call.execution);
    out.Time("started_at", call.started_at);
  }
  void operator()(const StopExecutionCall& call) {
    out.Text("execution", call.execution);
    if (ok) out.Time("stopped_at", call.stopped_at);
  }
  void operator()(const DescribeExecutionCall& call) {
    out.Text("execution", call.execution);
    if (ok) out.Text("status", call.status);
    out.OptionalText("output", call.output);
  }
  void operator()(const GetExecutionHistoryCall& call) {
    out.Text("execution", call.execution);
    if (ok) out.Events(call.events);
  }
  void operator()(const GetActivityTaskCall& call) {
    out.Text("activity", call.activity);
    if (call.token.empty()) return;
    out.Text("token", call.token);
    out.Text("input", call.input);
  }
  void operator()(const SendTaskSuccessCall& call) {
    out.Text("token", call.token);
    out.Text("output", call.output);
  }
  void operator()(const SendTaskFailureCall& call) {
    out.Text("token", call.token);
    out.OptionalText("error", call.error);
    out.OptionalText("cause", call.cause);
  }
  void operator()(const SendTaskHeartbeatCall& call) { out.Text("token", call.token); }
};

// ---------------------------------------------------------------- reading

// Members of the object, each asked for by its kind; the first that is missing is kept.
class LineReader {
 public:
  explicit LineReader(Json object) : object_(object) {}

  std::string Text(std::string_view key) {
    const Json value = object_.Find(key);
    if (value.is_string()) return std::string(value.as_string());
    Fail(key, "a text");
    return "";
  }
  std::optional<std::string> OptionalText(std::string_view key) {
    if (Absent(key)) return std::nullopt;
    return Text(key);
  }
  absl::Time Time(std::string_view key) {
    const Json value = object_.Find(key);
    // Beyond the year 9999 it is some other unit.
    if (value.is_number() && std::abs(value.as_double()) < 253'402'300'800) {
      return absl::FromUnixMicros(std::llround(value.as_double() * 1e6));
    }
    Fail(key, "a time in seconds since 1970");
    return absl::Time();
  }
  std::vector<ReadEvent> Events(std::string_view key) {
    const Json list = object_.Find(key);
    std::vector<ReadEvent> events;
    if (!list.is_array()) Fail(key, "a list of events");
    for (const Json item : list.is_array() ? list.items() : std::span<const Json>()) {
      const std::span<const Json> of = item.is_array() ? item.items() : std::span<const Json>();
      if (of.size() != 5 || !of[0].is_int() || !of[1].is_int() || !of[2].is_string() ||
          !of[3].is_int() || !of[4].is_string()) {
        Fail(key, "a list of [id, previous id, type, milliseconds, digest]");
        return events;
      }
      events.push_back({of[0].as_int(), of[1].as_int(), std::string(of[2].as_string()),
                        absl::FromUnixMillis(of[3].as_int()), std::string(of[4].as_string())});
    }
    return events;
  }

  bool Absent(std::string_view key) const {
    const Json value = object_.Find(key);
    return value.is_undefined() || value.is_null();
  }
  void Fail(std::string_view key, std::string_view wanted) {
    if (!status_.ok()) return;
    status_ = absl::InvalidArgumentError(StrCat("member '", key, "' ",
                                                Absent(key) ? "is missing" : "is of another kind",
                                                ": expected ", wanted));
  }
  const absl::Status& status() const { return status_; }

 private:
  Json object_;
  absl::Status status_;
};

StartExecutionCall ReadStart(LineReader& in, bool ok) {
  StartExecutionCall call{
      .machine = in.Text("machine"), .name = in.Text("name"), .input = in.Text("input")};
  if (!ok) return call;
  call.execution = in.Text("execution");
  call.started_at = in.Time("started_at");
  return call;
}

StopExecutionCall ReadStop(LineReader& in, bool ok) {
  StopExecutionCall call{.execution = in.Text("execution")};
  if (ok) call.stopped_at = in.Time("stopped_at");
  return call;
}

DescribeExecutionCall ReadDescribe(LineReader& in, bool ok) {
  DescribeExecutionCall call{.execution = in.Text("execution")};
  if (!ok) return call;
  call.status = in.Text("status");
  call.output = in.OptionalText("output");
  return call;
}

GetActivityTaskCall ReadTask(LineReader& in) {
  GetActivityTaskCall call{.activity = in.Text("activity")};
  call.token = in.OptionalText("token").value_or("");
  if (!call.token.empty()) call.input = in.Text("input");
  return call;
}

void ReadMembers(LineReader& in, std::string_view name, Call* call) {
  const bool ok = call->ok();
  if (name == "StartExecution") {
    call->what = ReadStart(in, ok);
  } else if (name == "StopExecution") {
    call->what = ReadStop(in, ok);
  } else if (name == "DescribeExecution") {
    call->what = ReadDescribe(in, ok);
  } else if (name == "GetExecutionHistory") {
    call->what = GetExecutionHistoryCall{in.Text("execution"),
                                         ok ? in.Events("events") : std::vector<ReadEvent>()};
  } else if (name == "GetActivityTask") {
    call->what = ReadTask(in);
  } else if (name == "SendTaskSuccess") {
    call->what = SendTaskSuccessCall{in.Text("token"), in.Text("output")};
  } else if (name == "SendTaskFailure") {
    call->what =
        SendTaskFailureCall{in.Text("token"), in.OptionalText("error"), in.OptionalText("cause")};
  } else if (name == "SendTaskHeartbeat") {
    call->what = SendTaskHeartbeatCall{in.Text("token")};
  } else {
    in.Fail("call", "the name of a call that the log has");
  }
}

}  // namespace

std::string_view CallName(const Call& call) { return std::visit(NameOf(), call.what); }

std::string WriteCall(const Call& call) {
  LineWriter out;
  out.Text("call", CallName(call));
  out.Text("client", call.client);
  out.Time("sent", call.sent);
  out.Time("answered", call.answered);
  out.Text("outcome", call.outcome);
  std::visit(WriteMembers{out, call.ok()}, call.what);
  return out.Finish();
}

absl::StatusOr<Call> ReadCall(std::string_view line) {
  JsonArena arena;
  absl::StatusOr<Json> object = ParseJson(line, &arena);
  if (!object.ok()) return object.status();
  if (!object->is_object()) return absl::InvalidArgumentError("expected a JSON object");
  LineReader in(*object);
  Call call;
  const std::string name = in.Text("call");
  call.client = in.Text("client");
  call.sent = in.Time("sent");
  call.answered = in.Time("answered");
  call.outcome = in.Text("outcome");
  ReadMembers(in, name, &call);
  if (in.status().ok() && call.answered < call.sent) {
    return absl::InvalidArgumentError("it was answered before it was sent");
  }
  if (!in.status().ok()) return in.status();
  return call;
}

absl::Status ReadCalls(std::istream& in, std::string_view name, CallLog* log) {
  std::string line;
  for (int64_t number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    absl::StatusOr<Call> call = ReadCall(line);
    if (!call.ok()) {
      return absl::InvalidArgumentError(
          StrCat(name, ":", number, ": ", std::string(call.status().message())));
    }
    log->calls.push_back(*std::move(call));
  }
  return absl::OkStatus();
}

absl::Status ReadCallFile(const std::string& path, CallLog* log) {
  std::ifstream in(path);
  if (!in) return absl::NotFoundError(StrCat("cannot open ", path));
  return ReadCalls(in, path, log);
}

}  // namespace pawl::audit
