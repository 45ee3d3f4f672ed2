#include "tools/render/html_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

#include "metrics/histogram/base64.hpp"
#include "tools/program/text.hpp"
#include "tools/render/markdown.hpp"
#include "tools/render/page_assets.hpp"
#include "tools/render/page_json.hpp"

namespace walbench::tools {
namespace {

/// As a content security policy names what may run.
std::string policy_hash(std::string_view hexadecimal) {
  std::vector<std::uint8_t> bytes(hexadecimal.size() / 2);
  for (std::size_t index = 0; index < bytes.size(); ++index) {
    const char* const digits = hexadecimal.data() + 2 * index;
    std::from_chars(digits, digits + 2, bytes[index], 16);
  }
  return "'sha256-" + metrics::base64_encode(bytes) + "'";
}

std::string head(const std::string& title, std::string_view version) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {} "
      "{}; style-src {}; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "{}{}\">\n<title>{}</title>\n<style>{}</style>\n</head>\n",
      policy_hash(kChartLibrarySha256), policy_hash(kPageScriptSha256),
      policy_hash(kPageStyleSha256), kPageMark, version, html_text(title), kPageStyle);
}

std::string_view class_of(Tone tone) {
  switch (tone) {
    case Tone::plain: return "";
    case Tone::answer: return " class=\"answer\"";
    case Tone::good: return " class=\"good\"";
    case Tone::bad: return " class=\"bad\"";
    case Tone::warning: break;
  }
  return " class=\"warning\"";
}

/// Writes the blocks of a document, and counts its pictures, which find their data by that number.
class PageWriter {
 public:
  std::string take() && { return std::move(out_); }

  void add(const Section& section, std::size_t number) {
    const std::string heading = html_text(section.heading);
    out_ += section.details ? fmt::format(
                                  "<details class=\"section\" id=\"s{}\"><summary><h2>{}"
                                  "</h2></summary>\n",
                                  number, heading)
                            : fmt::format("<section{} id=\"s{}\"><h2>{}</h2>\n",
                                          number == 1 ? " class=\"first\"" : "", number, heading);
    for (const Block& block : section.blocks) {
      std::visit([this](const auto& each) { add(each); }, block);
    }
    out_ += section.details ? "</details>\n" : "</section>\n";
  }

 private:
  void add(const Sentence& sentence) {
    out_ += fmt::format("<p{}>{}</p>\n", class_of(sentence.tone), html_text(sentence.text));
  }

  void add(const Code& code) {
    const std::string caption = html_text(code.caption);
    out_ += begin_of(caption, code.details) + "<pre class=\"code\"><code>";
    add_lines(code.text);
    out_ += "</code></pre>";
    out_ += end_of(code.details);
  }

  void add(const Picture& picture) {
    out_ += fmt::format(
        "<figure data-kind=\"{}\" data-index=\"{}\"><div class=\"controls\"></div>"
        "<div class=\"canvas\"><canvas role=\"img\" aria-label=\"{}\"></canvas></div>"
        "<div class=\"legend\" role=\"group\" aria-label=\"Lines and bars shown\"></div>"
        "<figcaption>{}</figcaption></figure>\n",
        html_text(picture.name), pictures_++, html_text(picture.alternative),
        html_text(picture.caption));
  }

  void add(const Table& table) {
    const std::string caption = html_text(table.caption);
    out_ += begin_of(caption, table.details);
    out_ += fmt::format(
        "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\">"
        "<table aria-label=\"{0}\">\n<thead><tr>",
        caption);
    for (const Column& column : table.columns) {
      const bool words = column.words || &column == &table.columns.front();
      out_ += fmt::format(R"(<th scope="col"{}><button type="button">{}</button></th>)",
                          words ? " class=\"words\"" : "", html_text(column.name));
    }
    out_ += "</tr></thead>\n<tbody>\n";
    const std::string rest =
        for_each_shown_row(table, [&](const Row& row) { add(row, table.columns); });
    out_ += "</tbody></table></div>";
    if (!rest.empty()) out_ += "<p>" + html_text(rest) + "</p>";
    out_ += end_of(table.details);
  }

  void add(const Row& row, const std::vector<Column>& columns) {
    out_ += "<tr><th scope=\"row\"" + value_of(row.front()) + ">" + html_text(row.front().text) +
            "</th>";
    for (std::size_t column = 1; column < row.size(); ++column) {
      const Cell& cell = row[column];
      const std::string_view kind =
          columns[column].words ? " class=\"words\"" : class_of(cell.tone);
      out_ += fmt::format("<td{}{}>{}</td>", kind, value_of(cell), html_text(cell.text));
    }
    out_ += "</tr>\n";
  }

  /// The caption of a block, which folds the block if it is a detail.
  static std::string begin_of(const std::string& caption, bool details) {
    const std::string heading = "<h3>" + caption + "</h3>";
    return details ? "<details><summary>" + heading + "</summary>" : heading;
  }
  static std::string_view end_of(bool details) { return details ? "</details>\n" : "\n"; }

  static std::string value_of(const Cell& cell) {
    return cell.number ? fmt::format(" data-v=\"{:.9g}\"", *cell.number) : "";
  }

 public:
  /// Line by line: html_text() would make their ends visible.
  void add_lines(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      out_ += html_text(text.substr(0, end)) + "\n";
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

 private:
  std::string out_;
  std::size_t pictures_ = 0;
};

/// Folded if it would fill a screen by itself.
std::string contents(const Document& document) {
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

std::string render_html(const Document& document, std::string_view version) {
  std::string out = head(document.title, version);
  out += "<body>\n<header><h1>" + html_text(document.title) + "</h1>\n" + contents(document) +
         "<noscript><p>Pictures, and sorting the tables, need scripts.</p></noscript></header>\n"
         "<main>\n";
  PageWriter writer;
  for (std::size_t index = 0; index < document.sections.size(); ++index) {
    writer.add(document.sections[index], index + 1);
  }
  out += std::move(writer).take();
  PageWriter licence;
  licence.add_lines(kChartLicence);
  out += "</main>\n<footer><details><summary>Licence of the charts' library</summary><pre>" +
         std::move(licence).take() + "</pre></details></footer>\n";
  out +=
      R"(<script type="application/json" id="report-data">)" + page_json(document) + "</script>\n";
  out += fmt::format("<script>{}</script>\n<script>{}</script>\n</body>\n</html>\n", kChartLibrary,
                     kPageScript);
  return out;
}

}  // namespace walbench::tools
