// Would catch: a format that leaves out a check, its verdict or its advice, or the summary; text
// from outside that breaks a table or reaches a terminal.

#include "tools/doctor/doctor_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tools/doctor/doctor_json.hpp"
#include "tools/render/markdown.hpp"

namespace walbench::tools {
namespace {

using storage::CheckOutcome;
using testing::HasSubstr;

DoctorStory story() {
  return {.path = "/srv/app.db",
          .results = {{.name = "SQLite", .seen = "3.40.1"},
                      {.name = "WAL reset",
                       .outcome = CheckOutcome::fail,
                       .seen = "lost 28 of 4,521",
                       .advice = "use 3.51.3"},
                      {.name = "sync", .outcome = CheckOutcome::warn, .seen = "odd | \x1b[31m"},
                      {.name = "locks", .outcome = CheckOutcome::not_checked, .seen = "no room"}},
          .seconds = 20.6};
}

TEST(DoctorFormats, MarkdownHasEachCheckInATable) {
  const std::string text = render_markdown(doctor_document(story()));
  EXPECT_THAT(text, HasSubstr("# doctor /srv/app.db"));
  EXPECT_THAT(text, HasSubstr("1 failed (WAL reset), 1 warned (sync), 1 not checked (locks)"));
  EXPECT_THAT(text, HasSubstr("| SQLite | PASS | 3.40.1 | - |"));
  EXPECT_THAT(text, HasSubstr("| WAL reset | FAIL | lost 28 of 4,521 | use 3.51.3 |"));
  EXPECT_THAT(text, HasSubstr("| sync | WARN | odd \\|"));
  EXPECT_THAT(text, testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("| locks | - | no room | - |"));
}

TEST(DoctorFormats, JsonHasEachFieldOfEachCheck) {
  const std::string text = doctor_json(story());
  EXPECT_THAT(text, testing::Not(HasSubstr("\x1b")));
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["kind"], "doctor");
  EXPECT_EQ(json["path"], "/srv/app.db");
  EXPECT_EQ(json["elapsed_seconds"], 20.6);
  EXPECT_EQ(json["interrupted"], false);
  ASSERT_EQ(json["checks"].size(), 4U);
  EXPECT_EQ(json["checks"][1]["name"], "WAL reset");
  EXPECT_EQ(json["checks"][1]["outcome"], "FAIL");
  EXPECT_EQ(json["checks"][1]["seen"], "lost 28 of 4,521");
  EXPECT_EQ(json["checks"][1]["advice"], "use 3.51.3");
  EXPECT_EQ(json["checks"][3]["outcome"], "-");
}

}  // namespace
}  // namespace walbench::tools
