#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/document/document.hpp"
#include "tools/document/report_document.hpp"
#include "tools/render/terminal.hpp"

namespace walbench::tools {

/// The document of results, with what it refers to.
struct Reported {
  explicit Reported(metrics::ResultSet results)
      : set(std::move(results)),
        findings(metrics::analyse_each(set.runs)),
        document(document_of(set, findings)) {}
  Reported(const Reported&) = delete;
  Reported& operator=(const Reported&) = delete;
  ~Reported() = default;

  metrics::ResultSet set;
  std::vector<metrics::Findings> findings;
  Document document;
};

/// The document as a terminal shows it.
inline std::string terminal_text(const Document& document, bool details = true) {
  std::string text;
  render_terminal(document, {.details = details, .plot = {}},
                  [&text](std::string_view part) { text += part; });
  return text;
}

inline std::string terminal_text(const Section& section, bool details = true) {
  return terminal_text(Document{"title", {section}}, details);
}

/// The section whose heading begins so; an empty one, and a failure, if there is none.
inline Section section_of(const Document& document, std::string_view heading) {
  for (const Section& each : document.sections) {
    if (each.heading.starts_with(heading)) return each;
  }
  ADD_FAILURE() << "no section " << heading;
  return {};
}

/// All blocks of that kind.
template <typename Kind>
std::vector<Kind> blocks_of(const Section& section) {
  std::vector<Kind> found;
  for (const Block& block : section.blocks) {
    if (const auto* const each = std::get_if<Kind>(&block)) found.push_back(*each);
  }
  return found;
}

inline std::vector<std::string> sentences_of(const Section& section) {
  std::vector<std::string> texts;
  for (const Sentence& each : blocks_of<Sentence>(section)) {
    texts.push_back(each.text);
  }
  return texts;
}

/// The table whose caption begins so.
inline Table table_of(const Section& section, std::string_view caption = "") {
  for (const Table& each : blocks_of<Table>(section)) {
    if (each.caption.starts_with(caption)) return each;
  }
  ADD_FAILURE() << "no table " << caption;
  return {};
}

/// The texts of its rows, with ` | ` between cells.
inline std::vector<std::string> rows_of(const Table& table) {
  std::vector<std::string> rows;
  table.for_each_row([&](const Row& row) {
    std::string text;
    for (const Cell& cell : row) {
      text += (text.empty() ? "" : " | ") + cell.text;
    }
    rows.push_back(std::move(text));
    return true;
  });
  return rows;
}

}  // namespace walbench::tools
