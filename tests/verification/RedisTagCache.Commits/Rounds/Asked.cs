namespace RedisTagCache.Commits.Rounds;

/// <summary>What a writer was asked to do, and whether it has answered.</summary>
internal enum Asked
{
    RollBack,
    Commit,
    AnsweredCommit,
}
