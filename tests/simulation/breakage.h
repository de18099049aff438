// Rules broken on purpose, one at a time, to see that the checks notice.

#ifndef PAWL_TESTS_SIMULATION_BREAKAGE_H_
#define PAWL_TESTS_SIMULATION_BREAKAGE_H_

#include <optional>
#include <string_view>

namespace pawl::simulation {

enum class Breakage {
  kNone,
  kFenceDropped,       // commits are written whoever moved the execution on meanwhile
  kFenceReused,        // the fence is a count, which comes twice when a crash takes steps back
  kDoubleDispatch,     // a task is handed out and the hand-out is not written
  kLostTimer,          // now and then a step forgets when its execution is to be taken up again
  kEarlyRelease,       // effects do not wait for the disk
  kRepeatedAfterLoss,  // a write whose reply was lost is sent again, without its fence
  kUnheldReads,        // reads leave the node before what they read is on disk
  kLostCompletion,     // a completion is acknowledged and not written
  kLostWait,           // now and then a child is started without its parent's wait
  kUntoldEnd,          // the end of a child is forgotten when it is read, not when it has been told
  kUnstoppedChild,     // children whose parents have ended are not looked for
};

inline constexpr struct {
  Breakage breakage;
  std::string_view name;
} kBreakages[] = {
    {Breakage::kNone, "none"},
    {Breakage::kFenceDropped, "fence-dropped"},
    {Breakage::kFenceReused, "fence-reused"},
    {Breakage::kDoubleDispatch, "double-dispatch"},
    {Breakage::kLostTimer, "lost-timer"},
    {Breakage::kEarlyRelease, "early-release"},
    {Breakage::kRepeatedAfterLoss, "repeated-after-loss"},
    {Breakage::kUnheldReads, "unheld-reads"},
    {Breakage::kLostCompletion, "lost-completion"},
    {Breakage::kLostWait, "lost-wait"},
    {Breakage::kUntoldEnd, "untold-end"},
    {Breakage::kUnstoppedChild, "unstopped-child"},
};

// nullopt: no breakage of that name.
inline std::optional<Breakage> ParseBreakage(std::string_view name) {
  for (const auto& entry : kBreakages) {
    if (entry.name == name) return entry.breakage;
  }
  return std::nullopt;
}

inline std::string_view BreakageName(Breakage breakage) {
  return kBreakages[static_cast<int>(breakage)].name;
}

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_BREAKAGE_H_
