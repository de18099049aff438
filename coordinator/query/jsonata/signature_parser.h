// From the text of a signature to its parameters.

#ifndef PAWL_QUERY_JSONATA_SIGNATURE_PARSER_H_
#define PAWL_QUERY_JSONATA_SIGNATURE_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::jsonata {

// Bits of SignatureParameter::accepts.
enum ValueKind : uint16_t {
  kString = 1,
  kNumber = 2,
  kBoolean = 4,
  kNull = 8,
  kObject = 16,
  kArray = 32,
  kFunction = 64,
  kMissing = 128,
};

// Of a letter of a signature; 0 when it names no kind.
uint16_t KindOfLetter(char letter);

struct SignatureParameter {
  uint16_t accepts = 0;          // bits of kinds of values
  uint16_t accepts_context = 0;  // 0: the context does not stand in
  bool optional = false;
  bool repeated = false;
  bool array = false;
  bool typed = false;  // the elements of the array have a type
  std::string subtype;
};

class SignatureParser {
 public:
  // `parameters` is empty, and outlives the parser.
  SignatureParser(std::string_view text, std::vector<SignatureParameter>* parameters)
      : text_(text), parameters_(parameters) {}

  // False, with the code and the offset in the text of what is wrong.
  bool Parse(std::string_view* code, size_t* offset);

 private:
  // Each is for what stands at `at_` and moves that to its last character.
  bool TakeModifier(char symbol);
  void TakeType(char symbol);
  bool TakeChoice();
  bool TakeSubtype();
  bool Fail(std::string_view code);

  const std::string_view text_;
  std::vector<SignatureParameter>* const parameters_;
  SignatureParameter nobody_;  // what a modifier without a parameter before it is lost on
  size_t at_ = 0;
  char previous_type_ = 0;
  std::string_view code_;
};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_SIGNATURE_PARSER_H_
