namespace RedisTagCache.Tool;

/// <summary>Specifies the exit code of the tool.</summary>
internal static class ExitCode
{
    /// <summary>Done, and nothing wrong.</summary>
    public const int Ok = 0;

    /// <summary>A problem was found, or what was asked for was not done or not there.</summary>
    public const int Problem = 1;

    /// <summary>The command line is wrong, or what it needs is missing.</summary>
    public const int Usage = 2;

    /// <summary>There is no connection, or no answer in time.</summary>
    public const int Unreachable = 3;
}
