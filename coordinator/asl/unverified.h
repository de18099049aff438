// What Pawl takes AWS to do where no recording of AWS shows it, all of it in one place: each line
// is one decision, with its section in the reference of the language and what speaks for it (R2:
// somebody else's recording, not checked again; D: documentation; none: a guess). What a new
// recording refutes is changed here, with the tests that name it, and nowhere else.
//
// Most of it decides what executions do: once released, a change has to sit behind a revision that
// is stored with the execution, as any change of the core does.

#ifndef PAWL_ASL_UNVERIFIED_H_
#define PAWL_ASL_UNVERIFIED_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pawl::asl::unverified {

// ---- Under which name a failure appears (12.2). States.Runtime is not caught by anything.

// 6.3, R2. D says States.IntrinsicFailure.
inline constexpr std::string_view kIntrinsicFailure = "States.Runtime";
// 10.4, R2. The specification says States.NoChoiceMatched.
inline constexpr std::string_view kNoChoiceMatched = "States.Runtime";
// 4.1, R2. The specification says States.ResultPathMatchFailure.
inline constexpr std::string_view kResultPathConflict = "States.ReferencePathConflict";

// ---- What Retry and Catch take (11.3).

// D, for data that no task returned; of a task's own failure it is recorded that States.ALL does.
inline constexpr bool kAllTakesDataLimitExceeded = false;
// D says all but time-outs; whether that means this one is not said.
inline constexpr bool kTaskFailedTakesDataLimitExceeded = true;
// 10.2, none: the failure of a Fail state that has no Error.
inline constexpr bool kTaskFailedTakesNamelessErrors = true;

// ---- Choice.

// 5.2: whether `$.a[*]` may be a Variable, to be compared as an array. R2: it is refused.
inline constexpr bool kVariableMayBeIndefinite = false;
// 10.4, D says that only the outermost rule has one. Harmless, and people write them.
inline constexpr bool kNestedRulesMayHaveComments = true;

// ---- Wait and numbers (10.3).

// R2, of SecondsPath: "1" is taken as 1.
inline constexpr bool kSecondsMayBeText = true;
// R2: 24,855 days pass, 24,856 do not.
inline constexpr int64_t kMaxWaitSeconds = 2'147'483'647;

// ---- Fail (5.2, D): ErrorPath and CausePath take calls of these functions, which give strings.
inline constexpr std::string_view kTextFunctions[] = {
    "Format", "JsonToString", "ArrayGetItem", "Base64Encode", "Base64Decode", "Hash", "UUID"};

// ---- Context object (9): recorded of Task and Map, and absent in Pass.
inline constexpr bool kParallelHasRetryCount = true;

// ---- Variables (8, R2): too large ones write EvaluationFailed.
inline constexpr bool kVariableOverflowIsEvaluationFailed = true;

// ---- JSONata (7).

// R2: evaluations within evaluations, `1+1+..` of 200 terms is refused. Measured by others.
inline constexpr int kJsonataDepth = 100;
// R2: bytes that an expression may hold, eight for a number: [1..873782] passes and no longer one,
// a text of 2^22 characters and none of 2^23.
inline constexpr size_t kJsonataBytes = 6'990'256;
// None, the words are our own: `$states := ..` is refused.
inline constexpr std::string_view kStatesIsReservedMessage =
    "Cannot assign to reserved variable '$states'.";
// R2: how a limit and an error without a code are told.
inline constexpr std::string_view kJsonataLimitCause = "threw an error during evaluation: {}";
inline constexpr std::string_view kJsonataInternalErrorCause =
    "threw an internal error during evaluation. {}";
// None: numbers of the right type that their fields cannot have, after the words of the *Path
// fields (12.3).
inline constexpr std::string_view kJsonataNotAnIntegerCause =
    "The {} field refers to value \"{}\" which is not a valid integer.";
inline constexpr std::string_view kJsonataNegativeCause =
    "The {} field references a negative value: {}";
inline constexpr std::string_view kJsonataOutOfRangeCause =
    "The {} field refers to value \"{}\" which is not between {} and {}.";

// ---- History (4). Where EvaluationFailed follows from the Entered event. All recordings agree
// with this: Pass, Task and Map (11/2024) follow from what the Entered event follows from, Wait
// (12/2024) from the Entered event. R2 of 2026 has the Entered event for Pass too; of the other
// types there is none.
inline constexpr bool EvaluationFailedFollowsEntered(bool is_wait) { return is_wait; }

// ---- In the structure of the code, and so not here to be changed:
// 10.5, R2: an activity that nobody polls for waits without end; both clocks start with
//   ActivityStarted (core/advance.cc, StartTask).
// 10.5, others' observation: TimeoutSecondsPath and HeartbeatSecondsPath see the effective input
//   (core/states/task.cc, BeginTask).
// 9, none: `$$.Task` is there while a task's input is made, and no longer for its result
//   (core/states/call.cc, OfferToken).
// 2 of integrations.md, none: a token that comes back before its call has returned is told after it
//   (core/states/call.cc, EndByToken).
// 4 of integrations.md, none: members that Parameters must have, in the words of the recorded
//   message about RoleArn (asl/resource.cc, CheckParameters).
// 9, R2: an item of an inline Map has no Source (core/context.cc, MakeContext).
// 5.1, none: all of Jayway's functions may stand in paths (query/path_functions.cc).

// ---- Words of causes (12.3, R2), `{}` where something is filled in.

inline constexpr std::string_view kNoChoiceMatchedCause =
    "Failed to transition out of the state. The state does not point to a next state.";
inline constexpr std::string_view kIntrinsicFailureCause =
    "There was an error while evaluating the intrinsic function: {}. Invalid arguments in "
    "States.{}";
inline constexpr std::string_view kChoicePathCause =
    "Invalid path '{}': The choice state's condition path references an invalid value.";
inline constexpr std::string_view kResultPathConflictCause =
    "Unable to apply ReferencePath {} to input {}";
inline constexpr std::string_view kWaitTooLongCause = "Wait state delay is too long.";
inline constexpr std::string_view kNoActivityCause = "The activity {} does not exist.";
inline constexpr std::string_view kPathOverNullCause =
    "Unable to apply Path transformation to null or empty input.";
inline constexpr std::string_view kMachineDeletedCause = "State machine {} has been deleted";
inline constexpr std::string_view kAssignTooLargeCause =
    "The Assign field exceeds the maximum variable assignment size by {} bytes.";
inline constexpr std::string_view kVariablesTooLargeCause =
    "Execution total variable size limit exceeded. State '{}' assigned variables that exceed the "
    "total execution limit by {} bytes.";
// None: what AWS has and Pawl has not.
inline constexpr std::string_view kNoIntegrationCause =
    "The integration {} is not available in this version of Pawl.";
// R (integrations.md 3), of a call that cannot be made: such causes have the prefix of 12.1.
inline constexpr std::string_view kBadParametersBegin = "The Parameters '";
// None, as no row of 12.3 has the missing TimestampPath: in the words of SecondsPath.
inline constexpr std::string_view kNoTimestampCause =
    "The TimestampPath parameter does not reference an input value: {}";
// None.
inline constexpr std::string_view kNotTextCause = "{} must be a string but was: {}";

}  // namespace pawl::asl::unverified

#endif  // PAWL_ASL_UNVERIFIED_H_
