namespace RedisTagCache.Tool.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum Level
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works, and will not always, or not as well as it could.</summary>
    Warn,

    /// <summary>The cache does not work.</summary>
    Error,
}
