namespace RedisTagCache.Commits.Rounds;

/// <summary>What happens around a commit.</summary>
internal enum Fault
{
    WriterKilled,
    RedisHangs,
    DatabaseRestarts,
}
