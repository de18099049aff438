#include "coordinator/audit/call_index.h"

#include <algorithm>

#include "coordinator/audit/texts.h"
#include "coordinator/base/account.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/task_token.h"

namespace pawl::audit {
namespace {

std::string_view OrEmpty(const std::optional<std::string>& text) {
  return text ? std::string_view(*text) : std::string_view();
}

}  // namespace

class CallIndex::Builder {
 public:
  explicit Builder(CallIndex* index) : index_(*index) {}

  void Add(const Call& call) {
    call_ = &call;
    std::visit([this](const auto& what) { Take(what); }, call.what);
  }

 private:
  void Take(const StartExecutionCall& what) {
    index_.by_name_[{what.machine, what.name}].starts.push_back({call_, &what});
  }
  void Take(const StopExecutionCall& what) {
    if (NamedCalls* calls = Named(what.execution)) calls->stops.push_back({call_, &what});
  }
  void Take(const DescribeExecutionCall& what) {
    if (NamedCalls* calls = Named(what.execution)) calls->describes.push_back({call_, &what});
  }
  void Take(const GetExecutionHistoryCall& what) {
    if (NamedCalls* calls = Named(what.execution)) calls->reads.push_back({call_, &what});
  }
  void Take(const GetActivityTaskCall& what) {
    if (what.token.empty()) return;
    if (TokenCalls* calls = OfToken(what.token)) calls->given.push_back({call_, &what});
  }
  void Take(const SendTaskSuccessCall& what) {
    if (TokenCalls* calls = OfToken(what.token)) {
      calls->completions.push_back({call_, true, what.output, {}, {}});
    }
  }
  void Take(const SendTaskFailureCall& what) {
    if (TokenCalls* calls = OfToken(what.token)) {
      calls->completions.push_back({call_, false, {}, OrEmpty(what.error), OrEmpty(what.cause)});
    }
  }
  void Take(const SendTaskHeartbeatCall& what) {
    if (TokenCalls* calls = OfToken(what.token)) calls->heartbeats.push_back(call_);
  }

  void Fail(std::string what) {
    // Whatever was refused may have been nonsense.
    if (call_->ok()) index_.findings_.push_back({rule::kCallReadable, std::move(what)});
  }

  NamedCalls* Named(const std::string& arn) {
    const absl::StatusOr<Arn> parsed = Arn::Parse(arn);
    if (parsed.ok() && !parsed->qualifier.empty()) {
      return &index_.by_name_[{parsed->name, parsed->qualifier}];
    }
    Fail(StrCat(Shown(*call_), " names '", arn, "', which is no execution's ARN"));
    return nullptr;
  }

  TokenCalls* OfToken(const std::string& token) {
    const absl::StatusOr<core::TaskToken> parsed = core::ReadUnverifiedToken(token);
    if (!parsed.ok()) {
      Fail(StrCat(Shown(*call_), " has '", token, "', which is no task token"));
      return nullptr;
    }
    TokenCalls& calls = index_.by_id_[parsed->execution][token];
    if (calls.token.empty()) {
      calls.token = token;
      calls.branch = parsed->branch;
      calls.nonce = parsed->nonce;
      calls.activity = parsed->queue;
    }
    return &calls;
  }

  CallIndex& index_;
  const Call* call_ = nullptr;
};

CallIndex::CallIndex(const CallLog& log) {
  Builder builder(this);
  for (const Call& call : log.calls) builder.Add(call);
}

bool NamedCalls::SeenByClient() const {
  const auto answered = [](const auto& one) { return one.call->ok(); };
  return std::any_of(starts.begin(), starts.end(),
                     [](const auto& start) {
                       return start.call->ok() || start.call->outcome == "ExecutionAlreadyExists";
                     }) ||
         std::any_of(stops.begin(), stops.end(), answered) ||
         std::any_of(describes.begin(), describes.end(), answered) ||
         std::any_of(reads.begin(), reads.end(), answered);
}

std::string Shown(const Call& call) {
  return StrCat(CallName(call), " of client '", call.client, "' at ", Shown(call.sent));
}

}  // namespace pawl::audit
