#include "coordinator/integrations/aws/response.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/unit/aws/model_of_test.h"

namespace pawl::aws {
namespace {

std::string Read(const std::string& protocol, const std::string& shapes, WireResponse response) {
  const auto model = ModelOf(protocol,
                             R"({"GetIt":{"name":"GetIt","http":{"method":"GET","requestUri":"/"},)"
                             R"("output":{"shape":"Out"}}})",
                             shapes);
  const auto result = ReadResult(*model, *model->Find("getIt"), response);
  return result.ok() ? *result : std::string(result.status().message());
}

constexpr char kBytes[] = R"({"Out":{"type":"structure","payload":"Body","members":{
  "Body":{"shape":"B"},"meta":{"shape":"M","location":"headers","locationName":"x-meta-"},
  "status":{"shape":"I","location":"statusCode"}}},
  "B":{"type":"blob"},"I":{"type":"integer"},"S":{"type":"string"},
  "M":{"type":"map","key":{"shape":"S"},"value":{"shape":"S"}}})";

TEST(Result, HasBytesAsTextWhereTheyAreText) {
  EXPECT_EQ(Read("rest-json", kBytes, {200, {{"X-Meta-a", "1"}}, "é\n"}),
            R"({"Body":"é\n","Meta":{"a":"1"},"Status":200})");
  EXPECT_EQ(Read("rest-json", kBytes, {206, {}, "\xff\x01"}), R"({"Body":"/wE=","Status":206})");
}

TEST(Result, MayBeTheOutermostElementItself) {
  const std::string shapes =
      R"({"Out":{"type":"structure","members":{"Where":{"shape":"S"}}},"S":{"type":"string"}})";
  EXPECT_EQ(Read("rest-xml", shapes, {200, {}, "<Where xmlns='urn:x'>EU</Where>"}),
            R"({"Where":"EU"})");
  EXPECT_EQ(Read("rest-xml", shapes, {200, {}, "<Where/>"}), "{}");
  EXPECT_EQ(Read("rest-xml", shapes, {200, {}, "<a:Out><a:Where>x</a:Where></a:Out>"}),
            R"({"Where":"x"})");
}

constexpr char kTree[] = R"({"Out":{"type":"structure","members":{
    "time":{"shape":"T"},"n":{"shape":"I"},"f":{"shape":"F"},"in":{"shape":"Out"}}},
  "T":{"type":"timestamp"},"I":{"type":"long"},"F":{"type":"double"}})";

TEST(Result, LeavesOutWhatIsNullOrOfAnotherType) {
  EXPECT_EQ(Read("json", kTree, {200, {}, R"({"time":1.5,"n":null,"f":"NaN","in":{"n":"x"}})"}),
            R"({"F":"NaN","In":{},"Time":"1970-01-01T00:00:01.500Z"})");
  EXPECT_EQ(Read("json", kTree, {200, {}, ""}), "{}");
  EXPECT_EQ(Read("json", kTree, {200, {}, "<html>"}), "the body is no JSON");
  EXPECT_EQ(Read("rest-xml", kTree, {200, {}, "{}"}), "the body is no XML");
}

TEST(Result, IsBoundedInDepth) {
  std::string json;
  std::string xml;
  for (int i = 0; i < 900; ++i) json += "{\"in\":";
  json += "{}" + std::string(900, '}');
  for (int i = 0; i < 100'000; ++i) xml += "<in>";
  for (int i = 0; i < 100'000; ++i) xml += "</in>";
  EXPECT_LT(Read("json", kTree, {200, {}, json}).size(), 3000u);
  EXPECT_LT(Read("rest-xml", kTree, {200, {}, StrCat("<o>", xml, "</o>")}).size(), 3000u);
}

TEST(Result, TakesNoEntityOfAnotherPlace) {
  const std::string shapes =
      R"({"Out":{"type":"structure","members":{"Where":{"shape":"S"}}},"S":{"type":"string"}})";
  const std::string xml =
      "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><o><Where>&x;</Where></o>";
  EXPECT_EQ(Read("rest-xml", shapes, {200, {}, xml}), R"({"Where":"&x;"})");
}

}  // namespace
}  // namespace pawl::aws
