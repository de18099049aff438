#include "tests/property/worker_rule.h"

#include <boost/crc.hpp>
#include <cstdint>

#include "coordinator/base/strings.h"

namespace pawl::property {
namespace {

uint32_t Crc32(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return crc.checksum();
}

std::string Output(std::string_view activity, uint32_t sum) {
  std::string list;
  for (uint32_t i = 0; i < sum / 7 % 4; ++i) StrAppend(&list, i > 0 ? "," : "", sum / (11 + i) % 5);
  return StrCat(R"({"n":)", sum % 12, R"(,"s":"s)", sum / 3 % 7, R"(","list":[)", list,
                R"(],"flag":)", sum / 5 % 2 == 0 ? "true" : "false", R"(,"w":)", sum / 13 % 2,
                R"(,"by":")", activity, "\"}");
}

}  // namespace

Answer AnswerTo(std::string_view activity, std::string_view input) {
  Answer answer;
  answer.silent = activity == "quiet" || activity == "fading";
  if (answer.silent) return answer;
  const uint32_t sum = Crc32(StrCat(activity, "\n", input));
  answer.succeeded = activity != "moody" || sum % 10 < 5;
  if (answer.succeeded) {
    answer.output = Output(activity, sum);
  } else if (sum % 10 < 8) {
    answer.error = "E";
    answer.cause = StrCat("cause ", sum / 17 % 3);
  } else {
    answer.error = "F";
  }
  return answer;
}

}  // namespace pawl::property
