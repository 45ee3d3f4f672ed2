#include "tools/render/html_report.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "metrics/histogram/base64.hpp"
#include "metrics/result/environment.hpp"
#include "tools/program/text.hpp"
#include "tools/render/page_assets.hpp"

namespace walbench::tools {
namespace {

using Kind = DocumentFigure::Kind;

/// As a content security policy names what may run.
std::string policy_hash(std::string_view hexadecimal) {
  std::vector<std::uint8_t> bytes(hexadecimal.size() / 2);
  for (std::size_t index = 0; index < bytes.size(); ++index) {
    const char* const digits = hexadecimal.data() + 2 * index;
    std::from_chars(digits, digits + 2, bytes[index], 16);
  }
  return "'sha256-" + metrics::base64_encode(bytes) + "'";
}

std::string head(const std::string& title) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {} "
      "{}; "
      "style-src {}; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "{}{}\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n",
      policy_hash(kChartLibrarySha256), policy_hash(kPageScriptSha256),
      policy_hash(kPageStyleSha256), kPageMark, metrics::walbench_version(), html_text(title),
      kPageStyle);
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::curves: return "curves";
    case Kind::breakdown: return "breakdown";
    case Kind::changes: return "changes";
    case Kind::scaling: return "scaling";
    case Kind::wal: return "wal";
    case Kind::intervals: return "intervals";
    case Kind::lone: return "lone";
  }
  return {};
}

/// Words that are to be seen at a glance.
std::string_view class_of(std::string_view text) {
  if (text.starts_with("PASS") || text == "better") return "pass";
  if (text.starts_with("FAIL") || text == "worse") return "fail";
  return {};
}

std::string paragraph(const std::string& text) {
  const std::string_view kind = class_of(text);
  if (kind.empty()) return "<p>" + html_text(text) + "</p>\n";
  const std::size_t word = std::min(text.find(' '), text.size());
  return fmt::format("<p><strong class=\"{}\">{}</strong>{}</p>\n", kind,
                     html_text(text.substr(0, word)), html_text(text.substr(word)));
}

std::string figure(const DocumentFigure& picture) {
  return fmt::format(
      "<figure data-kind=\"{}\" data-index=\"{}\"><div class=\"controls\"></div>"
      "<div class=\"canvas\"><canvas role=\"img\" aria-label=\"{}\"></canvas></div>"
      "<div class=\"legend\" role=\"group\" aria-label=\"Lines and bars shown\"></div>"
      "<figcaption>{}</figcaption></figure>\n",
      kind_name(picture.kind), picture.index, html_text(picture.alternative),
      html_text(picture.caption));
}

/// Columns of sentences are set like sentences.
std::vector<bool> wordy_columns(const DocumentTable& table) {
  constexpr std::size_t kLong = 30;
  std::vector<bool> wordy(table.columns.size());
  for (const std::vector<DocumentCell>& row : table.rows) {
    for (std::size_t column = 1; column < row.size() && column < wordy.size(); ++column) {
      if (!row[column].number && row[column].text.size() > kLong) wordy[column] = true;
    }
  }
  return wordy;
}

std::string cell(const DocumentCell& content, bool wordy) {
  const std::string_view kind = wordy ? "words" : class_of(content.text);
  std::string attributes = kind.empty() ? "" : fmt::format(" class=\"{}\"", kind);
  if (content.number) attributes += fmt::format(" data-v=\"{:.9g}\"", *content.number);
  return fmt::format("<td{}>{}</td>", attributes, html_text(content.text));
}

std::string table(const DocumentTable& content) {
  const std::vector<bool> wordy = wordy_columns(content);
  const std::string caption = html_text(content.caption);
  std::string out = content.folded ? fmt::format("<details><summary><h3>{}</h3></summary>", caption)
                                   : fmt::format("<h3>{}</h3>", caption);
  out += fmt::format(
      "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\">"
      "<table aria-label=\"{0}\">\n<thead><tr>",
      caption);
  for (std::size_t column = 0; column < content.columns.size(); ++column) {
    out += fmt::format(R"(<th scope="col"{}><button type="button">{}</button></th>)",
                       column == 0 || wordy[column] ? " class=\"words\"" : "",
                       html_text(content.columns[column]));
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const std::vector<DocumentCell>& row : content.rows) {
    out += "<tr>";
    for (std::size_t column = 0; column < row.size(); ++column) {
      out += column == 0 ? fmt::format("<th scope=\"row\">{}</th>", html_text(row[column].text))
                         : cell(row[column], wordy[column]);
    }
    out += "</tr>\n";
  }
  return out + (content.folded ? "</tbody></table></div></details>\n" : "</tbody></table></div>\n");
}

std::string block(const DocumentBlock& content) {
  if (const auto* const text = std::get_if<std::string>(&content)) return paragraph(*text);
  if (const auto* const rows = std::get_if<DocumentTable>(&content)) return table(*rows);
  return figure(std::get<DocumentFigure>(content));
}

std::string section(const DocumentSection& content, std::size_t number) {
  std::string blocks;
  for (const DocumentBlock& each : content.blocks) {
    blocks += block(each);
  }
  const std::string heading = html_text(content.heading);
  if (content.folded) {
    return fmt::format(
        "<details class=\"section\" id=\"s{}\"><summary><h2>{}</h2></summary>\n{}</details>\n",
        number, heading, blocks);
  }
  return fmt::format("<section{} id=\"s{}\"><h2>{}</h2>\n{}</section>\n",
                     number == 1 ? " class=\"first\"" : "", number, heading, blocks);
}

/// Folded where it would fill a screen by itself.
std::string contents(const ReportDocument& document) {
  constexpr std::size_t kMany = 12;
  const bool folded = document.sections.size() > kMany;
  std::string out = "<nav aria-label=\"Contents\">";
  if (folded) out += "<details><summary>Contents</summary>";
  out += "<ul>";
  for (std::size_t index = 0; index < document.sections.size(); ++index) {
    out += fmt::format("<li><a href=\"#s{}\">{}</a></li>", index + 1,
                       html_text(document.sections[index].heading));
  }
  return out + (folded ? "</ul></details></nav>\n" : "</ul></nav>\n");
}

/// No `<` can end the element that holds it or begin another one.
std::string data(std::string_view json) {
  std::string out = R"(<script type="application/json" id="report-data">)";
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out + "</script>\n";
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string render_html(const ReportDocument& document, std::string_view json) {
  std::string out = head(document.title);
  out += "<body>\n<header><h1>" + html_text(document.title) + "</h1>\n" + contents(document) +
         "<noscript><p>Pictures, and sorting the tables, need scripts.</p></noscript></header>\n"
         "<main>\n";
  for (std::size_t index = 0; index < document.sections.size(); ++index) {
    out += section(document.sections[index], index + 1);
  }
  out += "</main>\n<footer><details><summary>Licence of the charts' library</summary><pre>";
  // Line breaks are wanted here, which html_text() would make visible.
  std::string_view licence = kChartLicence;
  while (!licence.empty()) {
    const std::size_t end = std::min(licence.find('\n'), licence.size());
    out += html_text(licence.substr(0, end)) + "\n";
    licence.remove_prefix(std::min(end + 1, licence.size()));
  }
  out += "</pre></details></footer>\n" + data(json);
  out += fmt::format("<script>{}</script>\n<script>{}</script>\n</body>\n</html>\n", kChartLibrary,
                     kPageScript);
  return out;
}

metrics::ReportDetail page_detail() {
  using metrics::Segment;
  constexpr std::size_t kMostIntervals = 300;
  return {.curves = {Segment::fsm_net, Segment::lock_wait, Segment::busy_wait, Segment::commit,
                     Segment::db_total, Segment::transition, Segment::connect},
          .most_intervals = kMostIntervals,
          .brief = true};
}

}  // namespace walbench::tools
