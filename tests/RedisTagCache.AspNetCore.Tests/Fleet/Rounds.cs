namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>
/// Time that a request needs of its own shows in every round, time that another process on the machine takes away does not:
/// the same is measured again, a bounded number of times, until a round shows it.
/// </summary>
internal static class Rounds
{
    private const int Most = 8;

    public static async Task OneShowsAsync(Func<Task<bool>> round, string what)
    {
        for (var i = 0; i < Most; i++)
            if (await round())
                return;

        Assert.Fail($"In none of {Most} rounds: {what}.");
    }
}
