#include "engine/workload/script/sql_statement.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace walbench::engine {
namespace {

using Kind = SqlToken::Kind;
using Tokens = std::span<const SqlToken>;

template <std::size_t N>
bool is_any(const SqlToken& token, const std::array<std::string_view, N>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return token.is(word); });
}

constexpr std::array<std::string_view, 5> kChanges = {"insert", "update", "delete", "replace",
                                                      "merge"};
constexpr std::array<std::string_view, 4> kReads = {"select", "values", "table", "show"};

/// WITH .. reads if it leads to a SELECT, and no part in parentheses begins with a change.
bool with_reads(Tokens tokens) {
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    const bool begins_part = tokens[i - 1].is('(') || tokens[i - 1].is(')');
    if (begins_part && is_any(tokens[i], kChanges)) return false;
  }
  return true;
}

bool explains_only(Tokens tokens) {
  return std::ranges::none_of(tokens, [](const SqlToken& token) { return token.is("analyze"); });
}

bool has_word(Tokens tokens, std::string_view word) {
  return std::ranges::any_of(tokens, [&](const SqlToken& token) { return token.is(word); });
}

/// The name of the column that these tokens describe: the last one, if that is a name.
std::string name_of(Tokens item) {
  if (item.empty()) return "";
  const SqlToken& last = item.back();
  constexpr std::array<std::string_view, 6> kNoNames = {"end",   "null",   "true",
                                                        "false", "isnull", "notnull"};
  if (last.kind == Kind::quoted_name) return last.text;
  if (last.kind != Kind::word || is_any(last, kNoNames)) return "";
  if (item.size() == 1) return last.text;
  // `x AS name`, `t.name`, and `x name` behind anything that can end an expression.
  const SqlToken& before = item[item.size() - 2];
  const bool ends_expression = before.kind != Kind::other || before.is(')') || before.is('.') ||
                               before.text == "''" ||
                               (before.text[0] >= '0' && before.text[0] <= '9');
  constexpr std::array<std::string_view, 9> kOperators = {"and",  "or",   "not",     "is",     "in",
                                                          "like", "glob", "collate", "between"};
  return ends_expression && !is_any(before, kOperators) ? last.text : "";
}

}  // namespace

StatementKind kind_of(Tokens tokens) {
  const SqlToken& first = tokens.front();
  if (first.is("begin") || (first.is("start") && has_word(tokens, "transaction"))) {
    return StatementKind::begin;
  }
  if (first.is("commit") || first.is("end")) return StatementKind::commit;
  if (first.is("rollback") || first.is("abort")) {
    return has_word(tokens, "to") ? StatementKind::savepoint : StatementKind::rollback;
  }
  if (first.is("savepoint") || first.is("release")) return StatementKind::savepoint;
  const bool reads = is_any(first, kReads) || (first.is("with") && with_reads(tokens)) ||
                     (first.is("explain") && explains_only(tokens));
  return reads ? StatementKind::read : StatementKind::write;
}

std::vector<ResultColumn> result_columns(Tokens tokens) {
  const auto starts = [](const SqlToken& token) {
    return token.depth == 0 && (token.is("select") || token.is("returning"));
  };
  auto at = std::ranges::find_if(tokens, starts);
  if (kind_of(tokens) == StatementKind::write) {
    at = std::ranges::find_if(
        tokens, [](const SqlToken& token) { return token.depth == 0 && token.is("returning"); });
  }
  if (at == tokens.end()) return {};
  ++at;
  if (at != tokens.end() && (at->is("distinct") || at->is("all"))) ++at;
  constexpr std::array<std::string_view, 9> kEnds = {
      "from", "where", "union", "intersect", "except", "group", "order", "limit", "window"};
  std::vector<ResultColumn> columns;
  auto begin = at;
  for (;; ++at) {
    const bool ends = at == tokens.end() || (at->depth == 0 && is_any(*at, kEnds));
    const bool separates = !ends && at->depth == 0 && at->is(',');
    if (!ends && !separates) continue;
    columns.push_back(
        {name_of(Tokens(begin, at)), begin == tokens.end() ? tokens.back().offset : begin->offset});
    if (ends) return columns;
    begin = at + 1;
  }
}

}  // namespace walbench::engine
