// Makes up state machines, paths, intrinsic calls and documents from a seed: most of them right,
// some of them nearly so, a few of them torn.

#ifndef PAWL_TESTS_FUZZ_DEFINITION_MAKER_H_
#define PAWL_TESTS_FUZZ_DEFINITION_MAKER_H_

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>

namespace pawl::fuzz {

class DefinitionMaker {
 public:
  explicit DefinitionMaker(uint64_t seed) : random_(seed) {}

  std::string Machine();
  std::string Path();
  std::string Intrinsic(int depth = 0);
  // A JSON document.
  std::string Document(int depth = 0);
  // A document that most paths of machines find something in.
  std::string Input();
  // `text` with some characters changed, left out or doubled. UTF-8 stays UTF-8: all texts of a
  // definition are.
  std::string Torn(std::string text);

  uint64_t Below(uint64_t bound) { return random_() % bound; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

 private:
  std::string Scope(int depth);
  std::string State(const std::string& name, const std::string& next, int depth);
  std::string Detail(const std::string& type, const std::string& next, int depth);
  std::string Rule(int depth);
  std::string Template(int depth);
  std::string Handlers(const std::string& next);
  std::string DataFields(const std::string& type, int depth);
  std::string Step(int depth);
  std::string Filter(int depth);
  // Those of fields: nearly all of them compile.
  std::string FieldPath();
  std::string FieldCall();
  std::string Argument(int depth);

  // definition_maker_jsonata.cc
  std::string Jsonata(const std::string& type, const std::string& next, int depth);
  std::string JsonataDetail(const std::string& type, const std::string& next, int depth);
  std::string JsonataValue(int depth);
  std::string Expression(int depth);

  std::string Of(std::initializer_list<const char*> choices);

  std::mt19937_64 random_;
  int states_ = 0;  // made so far: their names are unique
};

}  // namespace pawl::fuzz

#endif  // PAWL_TESTS_FUZZ_DEFINITION_MAKER_H_
