namespace RedisTagCache.Tool.Doctor;

/// <summary>What commands are needed for.</summary>
internal enum Need
{
    /// <summary>Reading, writing and evicting.</summary>
    Always,

    /// <summary>Whatever must be done as one step.</summary>
    Scripts,

    /// <summary>Telling other instances, and hearing from them.</summary>
    Messages,

    /// <summary>Noticing that another server has taken over.</summary>
    Failover,

    /// <summary>The commands of this tool alone.</summary>
    Tool,
}
