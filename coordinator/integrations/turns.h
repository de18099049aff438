// Whose turn it is: requests of each target in order, no more of them under way than the target
// may have, and no more name look-ups at once than there may be.
//
// curl looks names up in threads, one for each request that has no connection yet. So requests
// that are on their way but do not know their address are few: of one target, lest a name that
// nobody answers for keeps others from being looked up, and altogether.

#ifndef PAWL_INTEGRATIONS_TURNS_H_
#define PAWL_INTEGRATIONS_TURNS_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

namespace pawl::integrations {

// Not thread-safe.
class Turns {
 public:
  struct Limits {
    int64_t under_way_per_target;
    int64_t looking_up_per_target = 16;
    int64_t looking_up = 128;
  };

  explicit Turns(Limits limits) : limits_(limits) {}

  void Add(const std::string& target, int64_t request);
  // The next request that may go; it is under way, and looking up, from now on. Targets come in
  // turn.
  std::optional<int64_t> Next();
  // A request of `target` that had its turn knows its address, has ended.
  void LookedUp(const std::string& target);
  void Ended(const std::string& target, bool was_looking_up);
  // Takes a waiting request away; false when it does not wait.
  bool Remove(const std::string& target, int64_t request);

 private:
  struct Target {
    std::deque<int64_t> waiting;
    int64_t under_way = 0;
    int64_t looking_up = 0;
  };

  void Consider(const std::string& name, const Target& target);

  const Limits limits_;
  std::unordered_map<std::string, Target> targets_;
  std::set<std::string> ready_;  // targets with a waiting request that may go
  std::string last_;             // whose turn it was
  int64_t looking_up_ = 0;
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_TURNS_H_
