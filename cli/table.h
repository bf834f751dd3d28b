// Rows for people: columns as wide as their widest cell, two spaces apart.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cli/style.h"

namespace edgeplane::cli {

struct Cell {
  Cell(std::string t, Style s = Style::kPlain) : text(std::move(t)), style(s) {}
  Cell(const char* t) : text(t) {}

  std::string text;  // anything: it is escaped when written
  Style style = Style::kPlain;
};

class Table {
 public:
  explicit Table(std::vector<std::string> headings);

  // Missing cells are empty; a row must not have more cells than headings.
  void Add(std::vector<Cell> row);
  // Numbers read better flush right.
  void AlignRight(size_t column);

  // What is copied from a table, an id above all, is shown whole however narrow
  // the terminal is. The first column always is.
  void KeepWhole(size_t column) { whole_.at(column) = true; }

  // The headings and the rows, no line ending in a space. Empty cells show '-',
  // so that a column is never missing for `awk`. Where there are `columns` and
  // they are too few, the widest columns are cut, numbers never; 0: no limit.
  void Write(std::ostream& out, bool colour, size_t columns = 0) const;

 private:
  std::vector<std::string> headings_;
  std::vector<bool> right_;
  std::vector<bool> whole_;
  std::vector<std::vector<Cell>> rows_;
};

// `name: value` lines with the values aligned. Empty values are left out.
class Block {
 public:
  void Add(std::string name, Cell value);
  // The further values stand below the first.
  void Add(std::string name, const std::vector<std::string>& values);

  [[nodiscard]] bool empty() const { return lines_.empty(); }
  void Write(std::ostream& out, bool colour) const;

 private:
  struct Line {
    std::string name;  // empty: goes on with the line above
    Cell value;
  };
  std::vector<Line> lines_;
};

}  // namespace edgeplane::cli
