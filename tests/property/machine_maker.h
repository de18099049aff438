// Makes up state machines that run for a while: their paths are mostly found, their tasks go to the
// workers of worker_rule.h, and all kinds of states, failures and time-outs come up. What an
// execution of one does follows from its input and from the order in which its branches move on.

#ifndef PAWL_TESTS_PROPERTY_MACHINE_MAKER_H_
#define PAWL_TESTS_PROPERTY_MACHINE_MAKER_H_

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

namespace pawl::property {

class MachineMaker {
 public:
  explicit MachineMaker(uint64_t seed) : random_(seed) {}

  std::string Machine();
  // For any machine.
  std::string Input();

 private:
  // Where a state stands: it goes on to `next`, when it fails perhaps to `last`; both empty for the
  // last state of its level.
  struct Place {
    std::string name;
    std::string next;
    std::string last;
    int depth = 0;
  };

  std::string Scope(int depth);
  std::string Loop(const std::string& from, const std::string& next);
  std::string State(const Place& place);
  std::string LastState(const Place& place);
  std::string Pass(const Place& place);
  std::string Task(const Place& place);
  std::string Wait(const Place& place);
  std::string Choice(const Place& place);
  std::string Parallel(const Place& place);
  std::string Map(const Place& place);
  std::string Fail();
  std::string Rule(int depth);
  // The members of an object that has all that paths ask for.
  std::string Shape();
  std::string Assign(int depth);
  std::string Result();
  std::string Handlers(const Place& place);
  static std::string Onward(const Place& place);

  // machine_maker_jsonata.cc
  std::string Jsonata(std::string_view type, const Place& place);
  std::string JsonataChoice(const Place& place);
  std::string JsonataMap(const Place& place);
  std::string JsonataCondition();
  std::string JsonataShape();
  std::string JsonataAssign(int depth);
  std::string JsonataResult();
  std::string JsonataHandlers(const Place& place);

  std::string Of(std::initializer_list<const char*> choices);
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

  std::mt19937_64 random_;
  int states_ = 0;  // made so far: their names are unique
};

}  // namespace pawl::property

#endif  // PAWL_TESTS_PROPERTY_MACHINE_MAKER_H_
