// Would catch: a file of any kind that crashes report in any format, or that makes a text with
// characters that steer a terminal.

#include <algorithm>
#include <string>

#include "metrics/analysis/findings.hpp"
#include "metrics/publish/report_json.hpp"
#include "metrics/result/result_set.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tools/document/figures_table.hpp"
#include "tools/document/report_document.hpp"
#include "tools/render/csv.hpp"
#include "tools/render/html_page.hpp"
#include "tools/render/markdown.hpp"
#include "tools/render/terminal.hpp"

using namespace walbench;

namespace {

bool is_quiet(const std::string& text) {
  return std::ranges::none_of(text, [](char c) {
    return c == '\x7F' || (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t');
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  const auto set = metrics::load_results({file.holding(fuzz::text_of(data, size))});
  const auto findings = metrics::analyse_each(set.runs);
  const auto document = tools::document_of(set, findings, {50, 99.5});
  std::string text;
  const auto keep = [&text](std::string_view part) { text += part; };
  tools::render_terminal(document, {.details = true, .plot = {}}, keep);
  text += tools::render_markdown(document);
  tools::write_csv(tools::figures_table(set), keep);
  metrics::write_report_json(set, findings, keep);
  fuzz::require(is_quiet(text), "nothing steers a terminal");
  static_cast<void>(tools::render_html(document, "fuzz"));
  return 0;
}
