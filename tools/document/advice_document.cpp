#include "tools/document/advice_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "metrics/result/key.hpp"
#include "tools/document/anatomy_document.hpp"
#include "tools/document/cells.hpp"
#include "tools/document/snippets.hpp"
#include "tools/document/stack_words.hpp"
#include "tools/document/wal_story_document.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;

Table gains(const std::vector<metrics::FigureChange>& changes, const metrics::Words& words) {
  Table table{"It brings", change_columns()};
  constexpr std::array<std::string_view, 5> kFigures = {kThroughput, "fsm_net P95", "fsm_net P99",
                                                        "fsm_net P99.9", "fsm_net max"};
  for (const std::string_view name : kFigures) {
    const metrics::FigureChange* const figure = metrics::find_change(changes, name);
    if (figure != nullptr) table.rows.push_back(change_row(*figure, words));
  }
  return table;
}

void add_code(std::string_view change, std::int64_t timeout_ms, std::string_view stack,
              Section& section) {
  std::ranges::move(code_for(change, timeout_ms, stack), std::back_inserter(section.blocks));
}

/// The name of the stack that the run was measured as; empty: none.
std::string_view stack_of(const RunView& run) {
  if (!run.configurations.empty()) return run.configurations.front().planned.as;
  if (!run.mitigations.empty()) return run.mitigations.front().baseline.pooled.planned.as;
  return {};
}

std::string what_was_measured(const RunView& run) {
  std::string text = fmt::format("Run {}, begun {}", run.run_id, run.timestamp);
  if (run.environment != nullptr) {
    text += fmt::format(", on {} ({}, {})", run.environment->cpu_model,
                        counted(static_cast<std::size_t>(run.environment->cpu_count), "CPU"),
                        run.environment->file_system);
  }
  if (const StackWords* const words = find_stack_words(stack_of(run))) {
    text += fmt::format(", with the settings of {}", words->title);
  }
  text += ": " + counted(run.configurations.size(), "configuration");
  if (run.mitigations.empty()) return text + ".";
  return text + ", " + counted(run.mitigations.size(), "mitigation") + ".";
}

void add_fastest(const RunView& run, Section& section) {
  const auto fastest = std::ranges::max_element(
      run.configurations, {}, [](const auto& each) { return each.transitions_per_second(); });
  if (fastest == run.configurations.end() || run.configurations.size() < 2) return;
  section.say("Most throughput: {} with {} {}.", metrics::configuration_label(fastest->planned),
              with_thousands(fastest->transitions_per_second()), words_of(run).rate);
}

/// How many limits held, and each that did not.
void add_verdicts(const RunView& run, Section& section) {
  std::size_t passed = 0;
  std::vector<Sentence> failed;
  for (std::size_t index = 0; index < run.configurations.size(); ++index) {
    for (const metrics::LimitVerdict& verdict : run.findings.configurations[index].verdicts) {
      passed += verdict.passed ? 1U : 0U;
      if (verdict.passed) continue;
      failed.push_back({fmt::format("FAIL {} of {}: {}", verdict.limit,
                                    metrics::configuration_label(run.configurations[index].planned),
                                    verdict.evidence),
                        Tone::bad});
    }
  }
  if (passed + failed.size() == 0) return;
  section.say("Limits: {} of {} held.", passed, passed + failed.size());
  std::ranges::move(failed, std::back_inserter(section.blocks));
}

}  // namespace

Section advice_section(const RunView& run) {
  Section section{"What to do" + run.suffix};
  const auto& timeout = run.findings.busy_timeout;
  const std::int64_t timeout_ms = timeout ? timeout->set_ms : 0;
  if (const auto& recommendation = run.findings.recommendation) {
    for (const std::string& sentence : recommendation->sentences) {
      const bool first = &sentence == &recommendation->sentences.front();
      section.add(Sentence{(first ? "Recommendation: " : "") + sentence,
                           first ? Tone::answer : Tone::plain});
    }
    if (recommendation->repeats > 0) {
      section.blocks.emplace_back(
          Sentence{fmt::format("To tell: bench --repeat {}.", recommendation->repeats)});
    }
    for (const std::size_t index : run.findings.ranking) {
      const metrics::MitigationInfo& info = run.mitigations[index].info;
      if (info.name != recommendation->mitigation) continue;
      section.say("Kind of change: {}. It means: {}.", info.kind, info.description);
      section.add(gains(run.findings.mitigations[index].changes, words_of(run)));
      add_code(info.name, timeout_ms, stack_of(run), section);
    }
  } else {
    if (run.findings.wal_reset) {
      section.add(Sentence{"Recommendation: " + *run.findings.wal_reset + ".", Tone::answer});
    }
    section.add(
        Sentence{"No change was measured against this baseline, so there is nothing to recommend; "
                 "bench --try all measures which change helps.",
                 Tone::answer});
  }
  if (timeout) {
    section.add(Sentence{timeout->sentence(), timeout->is_near() ? Tone::warning : Tone::plain});
    section.say(
        "Each connection needs these settings; synchronous = NORMAL may lose the last "
        "commits when the power fails, FULL does not.");
    add_code("settings", timeout_ms, stack_of(run), section);
  }
  return section;
}

Section summary_section(const RunView& run) {
  Section section{"Why" + run.suffix, false, {Sentence{what_was_measured(run)}}};
  if (const auto& bottleneck = run.findings.bottleneck) {
    section.say("Bottleneck: {}; root cause: {}. {}.", words_of(run).figure(bottleneck->segment),
                bottleneck->root_cause.part, bottleneck->evidence);
  }
  add_fastest(run, section);
  for (std::size_t index = 0; index < run.configurations.size(); ++index) {
    const ConfigurationResult& each = run.configurations[index];
    for (Sentence& warning : warnings_about(each, run.findings.configurations[index])) {
      warning.text = metrics::configuration_label(each.planned) + ": " + warning.text;
      section.add(std::move(warning));
    }
  }
  for (const ConfigurationResult& each : run.configurations) {
    for (Sentence& sentence : wal_story_of(each)) {
      if (run.configurations.size() > 1) {
        sentence.text = metrics::configuration_label(each.planned) + ": " + sentence.text;
      }
      section.add(std::move(sentence));
    }
  }
  add_verdicts(run, section);
  if (const auto& criteria = run.findings.gate_report) {
    Table table{"Gate report", {{"criterion"}, {"verdict"}, {"evidence", true}}};
    for (const metrics::Criterion& criterion : *criteria) {
      table.rows.push_back(
          {{criterion.name, {}}, verdict_cell(criterion.passed), {criterion.evidence, {}}});
    }
    section.add(std::move(table));
  }
  return section;
}

}  // namespace walbench::tools
