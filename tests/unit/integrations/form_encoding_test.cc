#include "coordinator/integrations/form_encoding.h"

#include <string>

#include "coordinator/integrations/url.h"
#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

std::string Encoded(const std::string& json, ArrayFormat format = ArrayFormat::kIndices) {
  JsonArena arena;
  return FormEncode(*ParseJson(json, &arena), format);
}

TEST(FormEncoding, WritesArraysInFourWays) {
  const std::string array = R"({"array":["a","b","c","d"]})";
  const auto decoded = [&](ArrayFormat format) { return PercentDecode(Encoded(array, format)); };
  EXPECT_EQ(decoded(ArrayFormat::kIndices), "array[0]=a&array[1]=b&array[2]=c&array[3]=d");
  EXPECT_EQ(decoded(ArrayFormat::kRepeat), "array=a&array=b&array=c&array=d");
  EXPECT_EQ(decoded(ArrayFormat::kCommas), "array=a,b,c,d");
  EXPECT_EQ(decoded(ArrayFormat::kBrackets), "array[]=a&array[]=b&array[]=c&array[]=d");
}

TEST(FormEncoding, EncodesAsTheDocumentedExample) {
  EXPECT_EQ(Encoded(R"({"description":"Monthly subscription",
                        "metadata":{"order_details":"monthly report data"},
                        "customer":"1234567890"})"),
            "description=Monthly%20subscription&metadata%5Border_details%5D=monthly%20report%20data"
            "&customer=1234567890");
}

TEST(FormEncoding, TakesEveryKindOfValue) {
  EXPECT_EQ(Encoded(R"({"n":1,"f":1.5,"t":true,"null":null,"e":"","o":{},"l":[]})"),
            "n=1&f=1.5&t=true&null=&e=");
}

TEST(FormEncoding, GoesIntoWhatIsWithin) {
  EXPECT_EQ(PercentDecode(Encoded(R"({"a":[{"b":[1,2]}]})")), "a[0][b][0]=1&a[0][b][1]=2");
  EXPECT_EQ(PercentDecode(Encoded(R"({"a":[{"b":1}]})", ArrayFormat::kBrackets)), "a[][b]=1");
  EXPECT_EQ(PercentDecode(Encoded(R"({"a":[{"b":1},[2]]})", ArrayFormat::kCommas)),
            R"(a={"b":1},[2])");
}

}  // namespace
}  // namespace pawl::integrations
