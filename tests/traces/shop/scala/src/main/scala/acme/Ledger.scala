package acme

/** What was paid and when. */
class Ledger(entries: Map[String, Int]) {
  def balance(who: String): Int =
    entries(who)
}

object Audit {
  def run(): Int =
    List("kim", "lee").map(new Ledger(Map("kim" -> 1)).balance).sum
}

@main def audit(): Unit =
  println(Audit.run())
