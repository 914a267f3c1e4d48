namespace RedisTagCache.Tool.Doctor;

/// <summary>What one check has shown.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Level">How bad it is.</param>
/// <param name="Message">What is the case.</param>
/// <param name="Advice">What to do; none where nothing is.</param>
internal sealed record Finding(string Check, Level Level, string Message, string? Advice = null);
