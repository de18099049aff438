#include "cli/print.h"

#include "cli/history_view.h"
#include "cli/session.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pawl::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_EQ(Table({"NAME", "TYPE"}, {{"order", "STANDARD"}, {"m\u00FCll", "X"}}),
            "NAME   TYPE\norder  STANDARD\nm\u00FCll   X\n");
}

TEST(OneLine, LongTextIsCutAtAWholeCharacter) {
  EXPECT_EQ(OneLine("short", 10), "short");
  EXPECT_EQ(OneLine("0123456789", 8), "01234...");
  EXPECT_EQ(OneLine("\u00E9\u00E9\u00E9\u00E9\u00E9\u00E9", 5), "\u00E9\u00E9...");
  EXPECT_EQ(OneLine("a\nb", 10), "a b");
}

TEST(IndentedJson, ShowsNestingAndKeepsEmptyContainersShort) {
  const auto answer = Answer::Parse(R"({"a":[1,{"b":null}],"c":{},"d":[]})");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(
      IndentedJson(answer->json()),
      "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}");
}

TEST(HistoryView, EventsWithoutANameBelongToTheStateThatLedToThem) {
  HistoryView view(0);
  const auto entered =
      Answer::Parse(R"({"id":2,"previousEventId":0,"type":"TaskStateEntered","timestamp":1.5,)"
                    R"("stateEnteredEventDetails":{"name":"Charge","input":"{\"n\":1}"}})");
  const auto failed =
      Answer::Parse(R"({"id":3,"previousEventId":2,"type":"ActivityFailed","timestamp":2,)"
                    R"("activityFailedEventDetails":{"cause":"limit","error":"CardDeclined"}})");
  ASSERT_TRUE(entered.ok() && failed.ok());
  EXPECT_THAT(view.Line(entered->json()), HasSubstr("Charge"));
  EXPECT_THAT(view.Line(entered->json()), EndsWith(R"(input={"n":1})"));
  EXPECT_THAT(view.Line(failed->json()), HasSubstr("Charge"));
  EXPECT_THAT(view.Line(failed->json()), EndsWith("error=CardDeclined cause=limit"));
}

TEST(HistoryView, LineFitsTheWidth) {
  HistoryView view(100);
  const auto event = Answer::Parse(R"({"id":1,"type":"ExecutionStarted","timestamp":1,)"
                                   R"("executionStartedEventDetails":{"input":")" +
                                   std::string(500, 'x') + R"("}})");
  ASSERT_TRUE(event.ok());
  EXPECT_LE(view.Line(event->json()).size(), 100u);
}

TEST(HistoryView, KnowsTheEndOfAnExecution) {
  const auto end = Answer::Parse(R"({"id":9,"type":"ExecutionAborted"})");
  const auto step = Answer::Parse(R"({"id":8,"type":"ActivitySucceeded"})");
  ASSERT_TRUE(end.ok() && step.ok());
  EXPECT_TRUE(HistoryView::IsEnd(end->json()));
  EXPECT_FALSE(HistoryView::IsEnd(step->json()));
}

}  // namespace
}  // namespace pawl::cli
