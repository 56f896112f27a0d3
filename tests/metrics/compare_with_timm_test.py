"""The statistics behind scripts/compare_with_timm.py."""

import math
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../scripts"))
import compare_with_timm as script


class CompareTest(unittest.TestCase):
    def test_counts_every_order_of_nine_and_nine(self):
        self.assertEqual(sum(script.mann_whitney_counts(9, 9)), math.comb(18, 9))

    def test_takes_the_tabulated_rank_of_nine_and_nine(self):
        # Critical U is 17 at 5 %, so the interval ends at the 18th ratio from either side.
        ours = [1.0] * 9
        theirs = [1.0 + 0.01 * k for k in range(9)]
        result = script.compare(ours, theirs)
        self.assertAlmostEqual(result["low"], 1.01)
        self.assertAlmostEqual(result["high"], 1.07)
        self.assertAlmostEqual(result["ratio"], 1.04)

    def test_equals_the_exact_p_value(self):
        self.assertAlmostEqual(script.compare([1, 2, 3], [4, 5, 6])["p"], 2 / 20)
        self.assertAlmostEqual(script.compare([1, 2, 3, 3.5], [4, 5, 6, 7])["p"], 2 / 70)

    def test_gives_no_interval_to_three_processes(self):
        result = script.compare([1, 2, 3], [4, 5, 6])
        self.assertIsNone(result["low"])
        self.assertIn("not resolved", script.answer(result))

    def test_says_who_is_faster(self):
        fast, slow = [1.0, 1.01, 1.02, 1.03], [1.2, 1.21, 1.22, 1.23]
        self.assertEqual(script.answer(script.compare(fast, slow)), "faster")
        self.assertEqual(script.answer(script.compare(slow, fast)), "slower")
        self.assertIn("not resolved", script.answer(script.compare(fast, fast)))


class RelativeHalfWidthTest(unittest.TestCase):
    def test_takes_the_tabulated_ranks(self):
        self.assertEqual(script.relative_half_width(range(1, 21)), (15 - 6) / 2 / 10.5)

    def test_is_infinite_for_five(self):
        self.assertEqual(script.relative_half_width([1, 2, 3, 4, 5]), math.inf)

    def test_agrees_on_both_sides_of_the_normal_approximation(self):
        below = script.relative_half_width(range(1, 200)) * 100
        above = script.relative_half_width(range(1, 201)) * 100.5
        self.assertLess(abs(below - above), 1.01)


class RelativeSlopeTest(unittest.TestCase):
    def test_is_not_tilted_by_one_outlier(self):
        self.assertEqual(script.relative_slope([1, 1, 1, 9, 1, 1]), 0)
        self.assertAlmostEqual(script.relative_slope([2, 4, 6]), 0.5)


if __name__ == "__main__":
    unittest.main()
