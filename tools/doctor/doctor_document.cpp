#include "tools/doctor/doctor_document.hpp"

#include <string>
#include <utility>

#include "tools/doctor/doctor_lines.hpp"

namespace walbench::tools {
namespace {

using storage::CheckOutcome;

Tone tone_of(CheckOutcome outcome) {
  switch (outcome) {
    case CheckOutcome::pass: return Tone::good;
    case CheckOutcome::fail: return Tone::bad;
    case CheckOutcome::warn:
    case CheckOutcome::not_checked: break;
  }
  return Tone::warning;
}

}  // namespace

Document doctor_document(const DoctorStory& story) {
  Table table{
      .caption = "",
      .columns = {{"check"}, {"outcome", true}, {"what was seen", true}, {"what to do", true}}};
  for (const storage::CheckResult& each : story.results) {
    table.rows.push_back({{each.name, {}},
                          {std::string(outcome_name(each.outcome)), {}, tone_of(each.outcome)},
                          {each.seen, {}},
                          {each.advice.empty() ? "-" : each.advice, {}}});
  }
  Section checks{.heading = "Checks"};
  checks.add(Sentence{summary_text(story), Tone::answer});
  checks.add(std::move(table));
  return {"doctor " + story.path, {std::move(checks)}};
}

}  // namespace walbench::tools
