#include "tools/render/markdown.hpp"

#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

std::string markdown_table(const DocumentTable& table) {
  std::string out = "**" + markdown_text(table.caption) + "**\n\n|";
  for (const std::string& column : table.columns) {
    out += " " + markdown_text(column) + " |";
  }
  out += "\n|";
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    out += column == 0 ? " :-- |" : " --: |";
  }
  out += "\n";
  for (const std::vector<DocumentCell>& row : table.rows) {
    out += "|";
    for (const DocumentCell& cell : row) {
      out += " " + markdown_text(cell.text) + " |";
    }
    out += "\n";
  }
  return out + "\n";
}

}  // namespace

std::string markdown_text(std::string_view text) {
  constexpr std::string_view kActive = "\\`*[]<>|&~";
  std::string out;
  for (const char c : printable(text)) {
    if (kActive.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string render_markdown(const ReportDocument& document) {
  std::string out = "# " + markdown_text(document.title) + "\n\n";
  for (const DocumentSection& section : document.sections) {
    out += "## " + markdown_text(section.heading) + "\n\n";
    for (const DocumentBlock& block : section.blocks) {
      if (const auto* const paragraph = std::get_if<std::string>(&block)) {
        out += markdown_text(*paragraph) + "\n\n";
      } else if (const auto* const table = std::get_if<DocumentTable>(&block)) {
        out += markdown_table(*table);
      }
    }
  }
  return out;
}

}  // namespace walbench::tools
