using RedisTagCache.AspNetCore.Tests.OutputCaching;
using RedisTagCache.AspNetCore.Tests.Pages;
using RedisTagCache.AspNetCore.Tests.Refresh;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Copies;

internal static class WithCopies
{
    public const long Plenty = 1024 * 1024;
}

public sealed class VaryWithCopiesTests(RedisFixture redis) : VaryTests(redis)
{
    protected override long CopyBytes => WithCopies.Plenty;
}

public sealed class ResponseWithCopiesTests(RedisFixture redis) : ResponseTests(redis)
{
    protected override long CopyBytes => WithCopies.Plenty;
}

public sealed class StorableWithCopiesTests(RedisFixture redis) : StorableTests(redis)
{
    protected override long CopyBytes => WithCopies.Plenty;
}

public sealed class BrokenResponseWithCopiesTests(RedisFixture redis) : BrokenResponseTests(redis)
{
    protected override long CopyBytes => WithCopies.Plenty;
}

public sealed class CacheStatusWithCopiesTests(RedisFixture redis) : CacheStatusTests(redis)
{
    protected override long CopyBytes => WithCopies.Plenty;
}

public sealed class ClockWithCopiesTests(RedisFixture redis) : ClockTests(redis)
{
    protected override long CopyBytes => WithCopies.Plenty;
}

public sealed class StaleWhileRevalidateWithCopiesTests(RedisFixture redis) : StaleWhileRevalidateTests(redis)
{
    protected override long CopyBytes => WithCopies.Plenty;
}
