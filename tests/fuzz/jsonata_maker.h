// Makes up JSONata expressions from a seed: most of them right, some of them torn, some of them
// made to be large, deep, slow or endless.

#ifndef PAWL_TESTS_FUZZ_JSONATA_MAKER_H_
#define PAWL_TESTS_FUZZ_JSONATA_MAKER_H_

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::fuzz {

class JsonataMaker {
 public:
  // `corpus`: expressions to change bytes of. Not empty; outlives the maker.
  JsonataMaker(uint64_t seed, const std::vector<std::string>& corpus)
      : random_(seed), corpus_(corpus) {}

  // Any of those below. Not always UTF-8.
  std::string Any();
  std::string Expression(int depth = 0);
  // One of the corpus with bytes changed, left out, doubled, or taken from another one.
  std::string Mutated();
  // What is meant to exhaust something.
  std::string Bomb();

  uint64_t Below(uint64_t bound) { return random_() % bound; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

 private:
  std::string Path(int depth);
  std::string Stage(int depth);
  std::string Call(int depth);
  std::string Argument(int depth);
  std::string Lambda(int depth);
  std::string Constructor(int depth);
  std::string Operation(int depth);
  std::string Leaf();
  std::string Pattern(int depth = 0);
  // Of numbers, whole numbers or dates: a mix of their characters.
  std::string Picture();
  std::string Of(std::initializer_list<std::string_view> choices);

  std::mt19937_64 random_;
  const std::vector<std::string>& corpus_;
};

}  // namespace pawl::fuzz

#endif  // PAWL_TESTS_FUZZ_JSONATA_MAKER_H_
